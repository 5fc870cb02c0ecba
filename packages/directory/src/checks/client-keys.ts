/** How a client proves who it is: RFC 7591 section 2 (`jwks`, `jwks_uri`), RFC 7523, RFC 8705 section 2. */
import { isIP } from 'node:net'
import { InputError } from '@latchkey/protocol'
import type { ClientMembers } from '../clients/complete-client.ts'
import type { TlsClientName } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { checkAbsoluteUri } from './absolute-uri.ts'
import { atMost } from './at-most.ts'
import { checkOneOf } from './one-of.ts'
import { checkPublicJwk, refuseJwk } from './public-jwk.ts'
import { checkName, quoted } from './text.ts'
import { isHost } from './web-uri.ts'

export function checkClientKeys(client: ClientMembers): void {
  const { authMethod, jwks, jwksUri, tlsClientName } = client
  if (jwks !== undefined) checkJwks(jwks)
  if (jwks !== undefined && jwksUri !== undefined) {
    refuse('jwksUri', 'jwks and jwksUri', 'one of them')
  }
  const hasKeys = jwks !== undefined || jwksUri !== undefined
  if (authMethod === 'private_key_jwt' && !hasKeys) {
    refuse('jwks', 'none', 'jwks or jwksUri for private_key_jwt')
  }
  if (client.requireSignedRequests && !hasKeys) {
    refuse('jwks', 'none', 'jwks or jwksUri for signed requests')
  }
  if (authMethod === 'tls_client_auth' && tlsClientName === undefined) {
    refuse('tlsClientName', 'none', 'the name of its certificate for tls_client_auth')
  }
  if (tlsClientName !== undefined) checkTlsName(tlsClientName)
}

function checkJwks({ keys }: NonNullable<ClientMembers['jwks']>): void {
  if (!Array.isArray(keys) || keys.length === 0) refuseJwk('none', 'a list of keys', 'jwks.keys')
  atMost(DIRECTORY_LIMITS.keysPerClient, keys, 'jwks.keys')
  const chars = JSON.stringify(keys).length
  if (chars > DIRECTORY_LIMITS.jwksChars) {
    refuseJwk(`${chars} characters`, `at most ${DIRECTORY_LIMITS.jwksChars}`, 'jwks')
  }
  const kids = new Set<unknown>()
  for (const [index, jwk] of keys.entries()) {
    const where = `jwks.keys[${index}]`
    checkPublicJwk(jwk, where)
    const { kid } = jwk
    // RFC 7517 section 4.5: different keys should have different names; of two with one name, one would never be found.
    if (kid !== undefined && kids.has(kid)) refuseJwk('a kid again', 'each kid once', where)
    kids.add(kid)
  }
}

/** What RFC 8705 section 2.1.2 says of each name. */
const TLS_NAMES: Record<TlsClientName['kind'], (value: string) => boolean> = {
  subject_dn: (value) => /^[A-Za-z0-9.]+=/.test(value),
  san_dns: (value) => isHost(value.toLowerCase()) && value.length <= DIRECTORY_LIMITS.hostChars,
  san_uri: isUri,
  san_ip: (value) => isIP(value) !== 0,
  san_email: (value) => /^[^\s@]+@[^\s@]+$/u.test(value),
}

function checkTlsName({ kind, value }: TlsClientName): void {
  const isFit = TLS_NAMES[checkOneOf(TLS_KINDS, kind, 'tlsClientName.kind')]
  const where = 'tlsClientName.value'
  checkName(value, { code: 'tls-name', where, maxChars: DIRECTORY_LIMITS.tlsNameChars })
  if (isFit(value)) return
  throw new InputError('tls-name', { received: quoted(value), expected: `a ${kind}`, where })
}

const TLS_KINDS = Object.keys(TLS_NAMES) as TlsClientName['kind'][]

function isUri(value: string): boolean {
  try {
    checkAbsoluteUri(value, { code: '', where: '', maxChars: DIRECTORY_LIMITS.tlsNameChars })
    return true
  } catch {
    return false
  }
}

function refuse(where: string, received: string, expected: string): never {
  throw new InputError('client-metadata', { received, expected, where })
}
