/** Addresses in client metadata: RFC 7591 section 2, OpenID Connect Registration, Back-Channel and Front-Channel Logout 1.0. */
import { InputError } from '@latchkey/protocol'
import type { ClientMembers } from '../clients/complete-client.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { distinctTexts } from './at-most.ts'
import { checkRedirectUri } from './redirect-uri.ts'
import { quoted } from './text.ts'
import { checkOrigin, checkWebUri, isHost } from './web-uri.ts'

/** Members that hold one web URI, and the code of the InputError. */
const WEB_URIS = {
  backchannelLogoutUri: 'logout-uri',
  frontchannelLogoutUri: 'logout-uri',
  jwksUri: 'jwks-uri',
  initiateLoginUri: 'client-uri',
  clientUri: 'client-uri',
  policyUri: 'client-uri',
  tosUri: 'client-uri',
} as const satisfies Partial<Record<keyof ClientMembers, string>>

export function checkClientUris(client: ClientMembers): void {
  for (const member of ['redirectUris', 'postLogoutRedirectUris'] as const) {
    distinctTexts(DIRECTORY_LIMITS.urisPerClient, client[member], member)
    for (const [index, uri] of client[member].entries()) {
      checkRedirectUri(uri, `${member}[${index}]`)
    }
  }
  for (const [member, code] of Object.entries(WEB_URIS)) {
    const uri = client[member as keyof typeof WEB_URIS]
    if (uri !== undefined) checkWebUri(uri, member, code)
  }
  distinctTexts(DIRECTORY_LIMITS.corsOriginsPerClient, client.corsOrigins, 'corsOrigins')
  for (const [index, origin] of client.corsOrigins.entries()) {
    checkOrigin(origin, `corsOrigins[${index}]`)
  }
  checkFrontchannelOrigin(client)
  checkSectorHost(client)
}

/** Front-Channel Logout 1.0 section 2: scheme, host and port must be those of a registered redirect URI. */
function checkFrontchannelOrigin({ frontchannelLogoutUri, redirectUris }: ClientMembers): void {
  if (frontchannelLogoutUri === undefined) return
  const { origin } = new URL(frontchannelLogoutUri)
  if (redirectUris.some((uri) => new URL(uri).origin === origin)) return
  throw new InputError('logout-uri', {
    received: quoted(origin),
    expected: 'the origin of a redirect URI',
    where: 'frontchannelLogoutUri',
  })
}

/** OpenID Connect Core section 8.1. */
function checkSectorHost({ subjectType, sectorHost }: ClientMembers): void {
  const refuse = (received: string, expected: string): never => {
    throw new InputError('sector-host', { received, expected, where: 'sectorHost' })
  }
  if (subjectType === 'public') {
    if (sectorHost !== undefined) refuse(quoted(sectorHost), 'none for public subjects')
    return
  }
  if (sectorHost === undefined) {
    refuse('none', 'a host, because the redirect URIs do not all have the same one')
  } else if (sectorHost.length > DIRECTORY_LIMITS.hostChars || !isHost(sectorHost)) {
    refuse(quoted(sectorHost), 'a host name in small letters')
  }
}
