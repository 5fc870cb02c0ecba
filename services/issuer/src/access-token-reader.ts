/** Any access token of this issuer, verified as a service would: for introspection, revocation, exchange, userinfo and the admin API. */
import type { Service, Services } from '@latchkey/directory'
import { type AccessTokenClaims, type Clock, nowSeconds } from '@latchkey/protocol'
import { accessTokenVerifier, decodeJwt } from '@latchkey/tokens'
import type { LocalRevocations } from './feed/local-revocations.ts'
import type { ServiceKeys } from './keys/service-keys.ts'

export type AccessTokenRead =
  | { readonly kind: 'valid'; readonly claims: AccessTokenClaims; readonly service: Service }
  | { readonly kind: 'invalid'; readonly reason: string }

export type AccessTokenReader = (token: string) => Promise<AccessTokenRead>

export interface AccessTokenReaderDeps {
  readonly issuer: string
  readonly services: Pick<Services, 'list'>
  readonly keys: ServiceKeys
  readonly revocations: LocalRevocations
  readonly clock: Clock
}

export function accessTokenReader(deps: AccessTokenReaderDeps): AccessTokenReader {
  return async (token) => {
    const kid = unverifiedKid(token)
    if (kid === undefined) return { kind: 'invalid', reason: 'malformed' }
    const services = await deps.services.list()
    const candidates = services.filter(
      (service) => !service.disabled && deps.keys.signingKey(service).kid === kid,
    )
    // A key pair may serve several services; the audience then tells which of them the token is for.
    for (const service of candidates) {
      const outcome = verifierOf(service, deps).verify(token, nowSeconds(deps.clock))
      if (outcome.kind === 'invalid' && outcome.fault === 'wrong_audience') continue
      if (outcome.kind === 'invalid') return { kind: 'invalid', reason: outcome.fault }
      const ended = await deps.revocations.check(outcome.claims, outcome.kid)
      if (ended !== undefined) return { kind: 'invalid', reason: ended }
      return { kind: 'valid', claims: outcome.claims, service }
    }
    return { kind: 'invalid', reason: candidates.length > 0 ? 'wrong_audience' : 'unknown_kid' }
  }
}

/** Only chooses which key to try; nothing else of an unverified token is looked at. */
function unverifiedKid(token: string): string | undefined {
  const decoded = decodeJwt(token)
  if (decoded.kind === 'invalid') return undefined
  const kid = decoded.header['kid']
  return typeof kid === 'string' ? kid : undefined
}

function verifierOf(service: Service, deps: AccessTokenReaderDeps) {
  const record = deps.keys.signingKey(service)
  return accessTokenVerifier({
    issuer: deps.issuer,
    audience: service.audience,
    keys: new Map([[record.kid, record]]),
  })
}
