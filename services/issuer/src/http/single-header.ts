import { OAuthError } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'

/**
 * The value of a header that stands at most once. Of several, Node keeps the first or joins them, by the name; a proxy may
 * have looked at another one.
 * @param name in lower case
 * @throws OAuthError invalid_request when the header is repeated
 */
export function singleHeader(request: FastifyRequest, name: string): string | undefined {
  const { rawHeaders } = request.raw
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === name) count += 1
  }
  if (count > 1) throw new OAuthError('invalid_request', `${name}_repeated`.replaceAll('-', '_'))
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
