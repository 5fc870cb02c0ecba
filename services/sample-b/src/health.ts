import type { Verifier } from '@latchkey/verifier'
import type { FastifyInstance } from 'fastify'

/** `/healthz`: the process answers. `/readyz`: it may answer requests with tokens too, since its lease is good. */
export async function health(
  app: FastifyInstance,
  { verifier }: { verifier: Pick<Verifier, 'status'> },
): Promise<void> {
  app.get('/healthz', { config: { public: true } }, async () => ({ status: 'ok' }))
  app.get('/readyz', { config: { public: true } }, async (_request, reply) => {
    const ready = verifier.status().leaseMs > 0
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ready' : 'not ready' })
  })
}
