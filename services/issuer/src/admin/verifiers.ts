/** GET /admin/v1/verifiers: who is connected to this process and what they have applied. */
import type { FastifyInstance } from 'fastify'
import type { FeedHub } from '../feed/hub.ts'

export function adminVerifiers(deps: { readonly hub: Pick<FeedHub, 'verifiers'> }) {
  return async (app: FastifyInstance) => {
    app.get('/admin/v1/verifiers', async () => ({ verifiers: deps.hub.verifiers() }))
  }
}
