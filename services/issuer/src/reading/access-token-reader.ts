/** Any access token of this issuer, verified as a service would: for introspection, revocation, exchange, userinfo and the admin API. */
import type { Service, Services, StoredService } from '@latchkey/directory'
import {
  type AccessTokenClaims,
  type Clock,
  isPairwiseSubject,
  nowSeconds,
  partitionOfSession,
} from '@latchkey/protocol'
import type { SessionStore } from '@latchkey/store'
import { type AccessTokenVerifier, accessTokenVerifier, jwtKid } from '@latchkey/tokens'
import type { LocalRevocations } from '../feed/local-revocations.ts'
import type { ServiceKeys } from '../keys/service-keys.ts'

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
  readonly keys: Pick<ServiceKeys, 'livingKeys' | 'pairs'>
  readonly revocations: LocalRevocations
  readonly clock: Clock
}

export function accessTokenReader(deps: AccessTokenReaderDeps): AccessTokenReader {
  /** The list and the key pairs are the same objects as long as they say the same. */
  let remembered: { services: object; pairs: object; byKid: ByKid } | undefined
  return async (token) => {
    const kid = jwtKid(token)
    if (kid === undefined) return { kind: 'invalid', reason: 'malformed' }
    const services = await deps.services.list()
    const pairs = deps.keys.pairs()
    if (remembered?.services !== services || remembered.pairs !== pairs) {
      remembered = { services, pairs, byKid: verifiersByKid(services, deps) }
    }
    const candidates = remembered.byKid.get(kid) ?? []
    // A key pair may serve several services; the audience then tells which of them the token is for.
    for (const { service, verifier } of candidates) {
      const outcome = verifier.verify(token, nowSeconds(deps.clock))
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

type ByKid = ReadonlyMap<string, readonly ServiceVerifier[]>

interface ServiceVerifier {
  readonly service: Service
  readonly kid: string
  readonly verifier: AccessTokenVerifier
}

function verifiersByKid(services: readonly StoredService[], deps: AccessTokenReaderDeps): ByKid {
  const verifiers = services
    .filter(({ disabled }) => !disabled)
    .flatMap((service): ServiceVerifier[] => {
      const keys = new Map(deps.keys.livingKeys(service).map((record) => [record.kid, record]))
      const { issuer } = deps
      const verifier = accessTokenVerifier({ issuer, audience: service.audience, keys })
      return [...keys.keys()].map((kid) => ({ service, kid, verifier }))
    })
  return Map.groupBy(verifiers, ({ kid }) => kid)
}
