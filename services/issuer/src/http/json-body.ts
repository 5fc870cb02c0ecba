import { LIMITS } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'

/** From now on this context reads JSON and nothing else. A member named `__proto__` is refused. */
export function jsonBody(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  const limits = { parseAs: 'string', bodyLimit: LIMITS.jsonBytes } as const
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', limits, parseJson)
}
