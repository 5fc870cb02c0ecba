/** What is wrong with metadata: RFC 7591 section 3.2.2. */
import { type InputError, OAuthError } from '@latchkey/protocol'
import { CLIENT_MEMBERS } from '../settings/client-members.ts'

/** @param name of the member on the wire, or a place in it */
export function refuseMetadata(name: string, reason: string, expected: string): OAuthError {
  const isRedirect = /^redirect_uris\b/.test(name)
  return new OAuthError(isRedirect ? 'invalid_redirect_uri' : 'invalid_client_metadata', reason, {
    description: `${name}: expected ${expected}`,
  })
}

const WIRE_NAMES = new Map<string, string>(
  Object.entries(CLIENT_MEMBERS).map(([name, member]) => [member, name]),
)

/** The directory's word on a client, in the names that the app has used. */
export function metadataError({ code, expected, where = '' }: InputError): OAuthError {
  const member = /^\w+/.exec(where)?.[0] ?? ''
  const name = WIRE_NAMES.get(member) ?? member
  return refuseMetadata(`${name}${where.slice(member.length)}`, code.replaceAll('-', '_'), expected)
}
