import { LIMITS, OAuthError } from '@latchkey/protocol'
import { parseStrictObject } from '@latchkey/tokens'
import type { FastifyInstance } from 'fastify'

/**
 * Routes of `app` read JSON objects from here on, and no forms: a page of another site cannot send JSON without asking first
 * (CORS). No member may stand twice (RFC 8259 section 4): who looked at the request before us may have read the other one.
 */
export function jsonBody(
  app: FastifyInstance,
  mediaTypes: readonly string[] = ['application/json'],
): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    [...mediaTypes],
    { parseAs: 'buffer', bodyLimit: LIMITS.jsonBytes },
    async (_request: unknown, bytes: Buffer) => {
      const body = parseStrictObject(bytes)
      if (body !== undefined) return body
      throw new OAuthError('invalid_request', 'json_malformed', {
        description: 'the body is not a JSON object, or has a member twice',
      })
    },
  )
}
