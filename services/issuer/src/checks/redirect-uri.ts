/** Where the answer goes: exact comparison (RFC 9700 section 4.1.3), with the loopback port rule of RFC 8252 section 7.3. */
import type { Client } from '@latchkey/directory'
import { LIMITS, OAuthError } from '@latchkey/protocol'
import { type Parameters, required } from '../http/parameters.ts'

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]):(\d{1,5})(\/[^#]*)?$/

export function checkRedirectUri(
  parameters: Parameters,
  client: Pick<Client, 'redirectUris'>,
): string {
  const uri = required(parameters, 'redirect_uri', LIMITS.uriChars)
  if (!matchesRegistered(uri, client.redirectUris)) {
    throw new OAuthError('invalid_request', 'redirect_uri_mismatch')
  }
  return uri
}

/** Text equality, never normalisation. Only the port of a loopback IP literal may differ, since native apps choose it late. */
export function matchesRegistered(uri: string, registered: readonly string[]): boolean {
  return registered.some((candidate) => candidate === uri || differsInLoopbackPort(candidate, uri))
}

function differsInLoopbackPort(registered: string, uri: string): boolean {
  const asked = LOOPBACK.exec(uri)
  const known = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::\d{1,5})?(\/[^#]*)?$/.exec(registered)
  if (!asked || !known) return false
  return asked[1] === known[1] && Number(asked[2]) <= 65535 && asked[3] === known[2]
}
