/** GET /healthz: the process answers. GET /readyz: it can do its work, store and directory included. */
import type { EngineName } from '@latchkey/directory'
import type { FastifyInstance } from 'fastify'

export interface HealthDeps {
  readonly parts: Readonly<Record<string, () => Promise<void>>>
  /** What the directory stands on: tells whoever looks that the settings were understood. */
  readonly directory: EngineName
}

export function health(deps: HealthDeps) {
  return async (app: FastifyInstance) => {
    app.get('/healthz', async (_request, reply) => {
      return await reply.send({ status: 'ok' })
    })
    app.get('/readyz', async (request, reply) => {
      const failed: string[] = []
      for (const [name, ping] of Object.entries(deps.parts)) {
        await ping().catch((error: unknown) => {
          request.log.warn({ err: error, part: name }, 'not ready')
          failed.push(name)
        })
      }
      if (failed.length === 0)
        return await reply.send({ status: 'ready', directory: deps.directory })
      return await reply.code(503).header('retry-after', '1').send({ status: 'not ready', failed })
    })
  }
}
