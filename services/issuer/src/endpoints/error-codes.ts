/** GET /errors/:code: what an error code means. The `type` of problems points here (RFC 9457 section 3.1.1). */
import { errorPage as explained } from '@latchkey/error-pages'
import type { FastifyInstance } from 'fastify'
import { errorPage } from '../pages/error-page.ts'
import { explainedPage } from '../pages/explained-page.ts'
import { pageHeaders } from '../pages/page-headers.ts'
import type { PageLocale } from '../pages/page-locale.ts'

export function errorCodes(deps: { readonly locale: PageLocale }) {
  return async (app: FastifyInstance) => {
    app.get<{ Params: { code: string } }>('/errors/:code', async (request, reply) => {
      const page = explained(request.params.code)
      const locale = deps.locale(request)
      reply.headers(pageHeaders())
      if (page) return await reply.send(explainedPage({ locale, page }))
      return await reply.code(404).send(errorPage({ locale, kind: 'not-found' }))
    })
  }
}
