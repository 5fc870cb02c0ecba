/** Requests in JSON, read as the form that would say the same: RFC 8259 section 4, RFC 6749 section 3.2. */
import { LIMITS, OAuthError } from '@latchkey/protocol'
import { parseStrictObject } from '@latchkey/tokens'
import type { FastifyInstance } from 'fastify'
import { type Parameters, parseParameters, REPEATABLE } from './parameters.ts'

export type JsonBody = Readonly<Record<string, unknown>>

/**
 * Routes of `app` read JSON objects from here on, and no forms: a page of another site cannot send JSON without asking first
 * (CORS). No member may stand twice: who looked at the request before us may have read the other one.
 */
export function readJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
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

/** Members are text; `null` counts as absent, and what may be repeated in a form may be a list here. */
export function jsonParameters(body: JsonBody): Parameters {
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(body)) {
    if (value === null) continue
    const values: readonly unknown[] =
      Array.isArray(value) && REPEATABLE.has(name) ? value : [value]
    for (const one of values) {
      if (typeof one !== 'string') {
        throw new OAuthError('invalid_request', 'member_not_text', {
          description: 'a member of the JSON object is not text',
        })
      }
      fields.append(name, one)
    }
  }
  return parseParameters(fields.toString())
}
