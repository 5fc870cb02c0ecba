import type { FastifyInstance } from 'fastify'

/** A request to write that comes without a body is a document without attributes: its handler says which are missing. */
export function emptyDocument(app: FastifyInstance): void {
  app.addHook('preValidation', (request, _, done) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') request.body ??= {}
    done()
  })
}
