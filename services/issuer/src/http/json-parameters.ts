/** Requests in JSON, read as the form that would say the same: RFC 6749 section 3.2. */
import { OAuthError } from '@latchkey/protocol'
import { type Parameters, parseParameters, REPEATABLE } from './parameters.ts'

export type JsonBody = Readonly<Record<string, unknown>>

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
