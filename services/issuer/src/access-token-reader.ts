/** Any access token of this issuer, verified as a service would: for introspection, revocation, exchange, userinfo and the admin API. */
import type { Service, Services } from '@latchkey/directory'
import {
  type AccessTokenClaims,
  type Clock,
  isPairwiseSubject,
  nowSeconds,
  partitionOfSession,
} from '@latchkey/protocol'
import type { SessionStore } from '@latchkey/store'
import { accessTokenVerifier, decodeJwt } from '@latchkey/tokens'
import type { LocalRevocations } from './feed/local-revocations.ts'
import type { ServiceKeys } from './keys/service-keys.ts'

export type AccessTokenRead =
  | {
      readonly kind: 'valid'
      readonly claims: AccessTokenClaims
      /** Whom it speaks for (`u_…`, `svc:…`), also where `claims.sub` is a pairwise subject. */
      readonly subject: string
      readonly service: Service
    }
  | { readonly kind: 'invalid'; readonly reason: string }

export type AccessTokenReader = (token: string) => Promise<AccessTokenRead>

export interface AccessTokenReaderDeps {
  readonly issuer: string
  readonly services: Pick<Services, 'list'>
  readonly sessions: Pick<SessionStore, 'find'>
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
      return await checkLiving(outcome, service, deps)
    }
    return { kind: 'invalid', reason: candidates.length > 0 ? 'wrong_audience' : 'unknown_kid' }
  }
}

async function checkLiving(
  { claims, kid }: { readonly claims: AccessTokenClaims; readonly kid: string },
  service: Service,
  deps: AccessTokenReaderDeps,
): Promise<AccessTokenRead> {
  const subject = isPairwiseSubject(claims.sub) ? await personBehind(claims, deps) : claims.sub
  if (subject === undefined) return { kind: 'invalid', reason: 'session_ended' }
  // Entries about a person name the person, whatever name the client knows.
  const ended = await deps.revocations.check({ ...claims, sub: subject }, kid)
  if (ended !== undefined) return { kind: 'invalid', reason: ended }
  return { kind: 'valid', claims, subject, service }
}

/** A pairwise subject cannot be reversed: the session knows whose it is. */
async function personBehind(
  { sid = '' }: AccessTokenClaims,
  deps: AccessTokenReaderDeps,
): Promise<string | undefined> {
  if (partitionOfSession(sid) === undefined) return undefined
  return (await deps.sessions.find(sid, nowSeconds(deps.clock)))?.session.sub
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
