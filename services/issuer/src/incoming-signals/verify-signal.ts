/** Security event tokens of other systems: RFC 8417 section 2, RFC 8935 section 2, Shared Signals Framework 1.0 section 4. */
import { type Clock, nowSeconds } from '@latchkey/protocol'
import { clientJwtHeader, decodeJwt, verifyClientJwt } from '@latchkey/tokens'
import type { ClientKeys } from '../outgoing/client-keys.ts'
import type { SignalSource } from './signal-source.ts'

/** RFC 8935 section 2.4, those that fit. */
export type SignalError = 'invalid_request' | 'invalid_key' | 'invalid_issuer' | 'invalid_audience'

export interface Signal {
  readonly source: SignalSource
  readonly jti: string
  readonly claims: Readonly<Record<string, unknown>>
  /** By type; at least one. */
  readonly events: Readonly<Record<string, unknown>>
}

export type SignalOutcome =
  | { readonly kind: 'valid'; readonly signal: Signal }
  /** `reason` is for the log. */
  | { readonly kind: 'refused'; readonly err: SignalError; readonly reason: string }
  /** The keys of the source cannot be had now. */
  | { readonly kind: 'unavailable'; readonly why: string }

export interface VerifySignalDeps {
  readonly sources: readonly SignalSource[]
  readonly keys: ClientKeys
  readonly clock: Clock
}

/** A source tries again for a while what it could not deliver; what is older is no news. */
const SIGNAL_SECONDS = 86_400
/** So far the clock of a source may be ahead. */
const AHEAD_SECONDS = 10
/** So long a `jti` is remembered: as long as its event can be taken. */
export const JTI_SECONDS = SIGNAL_SECONDS + AHEAD_SECONDS

export async function verifySignal(text: string, deps: VerifySignalDeps): Promise<SignalOutcome> {
  const source = sourceOf(text, deps.sources)
  if (!source) return refused('invalid_issuer', 'unknown_source')
  const header = clientJwtHeader(text)
  if (header.kind === 'invalid') return refused('invalid_request', header.fault)
  const { kid, alg } = header
  // No client has an id with a space in it: the keys of the two are remembered apart.
  const owner = { id: `source ${source.issuer}`, jwksUri: source.jwksUri }
  const found = await deps.keys.find(owner, { kid, alg })
  if (found.kind === 'unavailable') return found
  if (found.kind === 'none') return refused('invalid_key', 'no_such_key')
  const outcome = verifyClientJwt(text, {
    keys: found.keys,
    alg,
    typs: ['secevent+jwt'],
    issuer: source.issuer,
    audience: source.audience,
    required: ['iat', 'jti'],
    nowSeconds: nowSeconds(deps.clock),
    maxLifetimeSeconds: SIGNAL_SECONDS,
    aheadSeconds: AHEAD_SECONDS,
  })
  if (outcome.kind === 'invalid')
    return refused(ERRORS[outcome.fault] ?? 'invalid_request', outcome.fault)
  const { claims } = outcome
  const { events } = claims
  if (!isObject(events) || Object.keys(events).length === 0) {
    return refused('invalid_request', 'no_events')
  }
  return { kind: 'valid', signal: { source, jti: String(claims['jti']), claims, events } }
}

const ERRORS: Readonly<Record<string, SignalError>> = {
  bad_signature: 'invalid_key',
  unknown_kid: 'invalid_key',
  wrong_alg: 'invalid_key',
  wrong_issuer: 'invalid_issuer',
  wrong_audience: 'invalid_audience',
}

/** Who is said to have made it: for finding the keys, and nothing more. */
function sourceOf(text: string, sources: readonly SignalSource[]): SignalSource | undefined {
  const decoded = decodeJwt(text)
  const issuer = decoded.kind === 'decoded' ? decoded.claims['iss'] : undefined
  return sources.find((source) => source.issuer === issuer)
}

function refused(err: SignalError, reason: string): SignalOutcome {
  return { kind: 'refused', err, reason }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
