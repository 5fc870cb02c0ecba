/** What the verifier of a service says of a token, by the check that said it: packages/tokens/README.md. */
import type { AccessTokenClaims } from '@latchkey/protocol'
import {
  type AccessTokenVerifier,
  accessTokenVerifier,
  decodeJwt,
  type KeyRecord,
  type TokenFault,
  type TokenOutcome,
} from '@latchkey/tokens'
import { type Check, type CheckName, type Detail, failed, passed } from './explanation.ts'

/** A token that this issuer has signed for the service, and that has not changed since. */
export interface ProvenToken {
  readonly claims: AccessTokenClaims
  readonly kid: string
}

export interface TokenChecks {
  readonly checks: readonly Check[]
  /** Absent: nothing that it says may be believed. */
  readonly proven?: ProvenToken
}

export interface TokenFacts {
  readonly issuer: string
  /** Of the service. */
  readonly audience: string
  readonly keys: readonly KeyRecord[]
  /** Wall clock in whole seconds. */
  readonly now: number
}

/** In the order in which `accessTokenVerifier` finds them. */
const STEPS = [
  'form',
  'key',
  'signature',
  'payload',
  'issuer',
  'audience',
  'claims',
  'time',
] as const

const STEP_OF: Readonly<Record<TokenFault, (typeof STEPS)[number]>> = {
  too_long: 'form',
  malformed: 'form',
  not_canonical: 'form',
  bad_header: 'key',
  wrong_typ: 'key',
  wrong_alg: 'key',
  unknown_kid: 'key',
  bad_signature: 'signature',
  bad_payload: 'payload',
  wrong_issuer: 'issuer',
  wrong_audience: 'audience',
  proof_missing: 'claims',
  bad_claim: 'claims',
  not_yet_valid: 'time',
  expired: 'time',
}

/** Asks the verifier of the service once; a token that is only too old or too young is asked about again, at a second that is its own. */
export function tokenChecks(token: string, facts: TokenFacts): TokenChecks {
  const { issuer, audience, now } = facts
  const keys = new Map(facts.keys.map((record) => [record.kid, record]))
  const verifier = accessTokenVerifier({ issuer, audience, keys })
  const outcome = verifier.verify(token, now)
  const fault = outcome.kind === 'invalid' ? outcome.fault : undefined
  const at = fault === undefined ? STEPS.length : STEPS.indexOf(STEP_OF[fault])
  const checks = STEPS.map((check, place): Check => {
    const detail = detailOf(check, token, facts)
    if (place < at) return passed(check, detail)
    if (place > at || fault === undefined) return { check, outcome: 'not_reached' }
    return failed(check, fault, detail)
  })
  const proven =
    provenOf(outcome) ?? (STEPS[at] === 'time' ? atItsTime(token, verifier) : undefined)
  return { checks, ...(proven && { proven }) }
}

function provenOf(outcome: TokenOutcome): ProvenToken | undefined {
  if (outcome.kind === 'invalid') return undefined
  return { claims: outcome.claims, kid: outcome.kid }
}

function atItsTime(token: string, verifier: AccessTokenVerifier): ProvenToken | undefined {
  const exp = claimOf(token, 'exp')
  return typeof exp === 'number' ? provenOf(verifier.verify(token, exp - 1)) : undefined
}

/** What was received and expected. Names in a token that nobody has proven are told as they stand, when they look like names. */
function detailOf(check: CheckName, token: string, facts: TokenFacts): Detail | undefined {
  switch (check) {
    case 'key': {
      const decoded = decodeJwt(token)
      const kid = decoded.kind === 'decoded' ? nameIn(decoded.header['kid']) : undefined
      const keys = facts.keys.map((record) => ({ kid: record.kid, state: record.state }))
      return { ...(kid !== undefined && { kid }), keys }
    }
    case 'issuer':
      return { received: nameIn(claimOf(token, 'iss')), expected: facts.issuer }
    case 'audience':
      return { received: nameIn(claimOf(token, 'aud')), expected: facts.audience }
    case 'time':
      return { iat: claimOf(token, 'iat'), exp: claimOf(token, 'exp'), now: facts.now }
    default:
      return undefined
  }
}

function claimOf(token: string, name: string): unknown {
  const decoded = decodeJwt(token)
  return decoded.kind === 'decoded' ? decoded.claims[name] : undefined
}

function nameIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^[!-~]{1,255}$/.test(value) ? value : undefined
}
