import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify'
import { problemPage } from './pages.ts'

/** Whether the answer will be read by a person; scripts and services get JSON. */
export function wantsPage(request: FastifyRequest): boolean {
  return (request.headers.accept ?? '').includes('text/html')
}

/** A person reads what went wrong as a page: an unknown order, a form that does not fit, an issuer that is away. */
export function pagesForProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    // The default handler writes JSON, and the log.
    if (!wantsPage(request)) return reply.send(error)
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ err: error }, 'request failed')
    return reply.code(status).type('text/html').send(problemPage(request, status))
  })
}
