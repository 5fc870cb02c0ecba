/** Whether a caller holds the key that a token is bound to: RFC 9449 section 7.1, RFC 8705 section 3. */
import { type AccessTokenClaims, type Clock, nowSeconds, systemClock } from '@latchkey/protocol'
import { DPOP_WINDOW, type DpopFault, verifyDpopProof } from '@latchkey/tokens'
import { type ClaimProof, type ProofClaim, proofName, replayMemory } from './replay-memory.ts'

export interface PossessionOptions {
  /**
   * Remembers proofs for all processes of a service together, for example with `SET … NX EX` in Redis. Default: the memory of this
   * process, so that a stolen proof could be used once more at each of the others while it is fresh.
   */
  readonly claimProof?: ClaimProof
  /** Most proofs per key period of 71 s that the default memory takes. Default 200,000 (about 40 MB). */
  readonly mostProofs?: number
  readonly clock?: Pick<Clock, 'nowMs' | 'monotonicMs'>
}

/** How a request presented its token. */
export interface Presented {
  readonly token: string
  /** The scheme in the header `Authorization`; Bearer for every other way. */
  readonly scheme: 'Bearer' | 'DPoP'
  /** The header `DPoP`; undefined when there was none. */
  readonly proof: string | undefined
  readonly method: string
  /** Public address of the request; undefined when it is not known, and then no proof can be checked. */
  readonly uri: string | undefined
  /** SHA-256 of the client's certificate (DER) in base64url; undefined when the connection had none. */
  readonly certificateHash: string | undefined
}

export type PossessionFault =
  | DpopFault
  /** A token that is bound to a key was sent as a bearer token. */
  | 'bound_as_bearer'
  /** Sent with the scheme DPoP, but bound to no key. */
  | 'not_bound'
  | 'no_proof'
  | 'address_unknown'
  | 'proof_of_other_key'
  | 'proof_replayed'
  | 'other_certificate'

export type Possession =
  | { readonly kind: 'proven' }
  /** `error` is what RFC 9449 section 7.1 wants on the wire; `fault` is for the log. */
  | {
      readonly kind: 'unproven'
      readonly error: 'invalid_token' | 'invalid_dpop_proof'
      readonly fault: PossessionFault
    }
  /** No room to remember the proof: 503. */
  | { readonly kind: 'full' }

export type CheckPossession = (
  claims: AccessTokenClaims,
  presented: Presented,
) => Possession | Promise<Possession>

const MOST_PROOFS = 200_000
const PROVEN: Possession = { kind: 'proven' }
/** No proof is good for longer. */
const PERIOD_SECONDS = DPOP_WINDOW.maxAgeSeconds + DPOP_WINDOW.aheadSeconds + 1

/**
 * Checks what `verify` calls `bound`. Give it every token that came with the scheme DPoP, too: one that is bound to nothing is
 * refused. Synchronous unless `claimProof` is not.
 */
export function possessionCheck(options: PossessionOptions = {}): CheckPossession {
  const { clock = systemClock, mostProofs = MOST_PROOFS } = options
  const { claimProof = replayMemory(clock, PERIOD_SECONDS, mostProofs) } = options
  return (claims, presented) => {
    const { jkt, 'x5t#S256': certificateHash } = claims.cnf ?? {}
    if (certificateHash !== undefined && certificateHash !== presented.certificateHash) {
      return unproven('invalid_token', 'other_certificate')
    }
    if (jkt === undefined) {
      return presented.scheme === 'Bearer' ? PROVEN : unproven('invalid_token', 'not_bound')
    }
    if (presented.scheme === 'Bearer') return unproven('invalid_token', 'bound_as_bearer')
    const { proof, method, uri, token } = presented
    if (proof === undefined) return unproven('invalid_dpop_proof', 'no_proof')
    if (uri === undefined) return unproven('invalid_dpop_proof', 'address_unknown')
    const now = nowSeconds(clock)
    const outcome = verifyDpopProof(proof, { method, uri, nowSeconds: now, accessToken: token })
    if (outcome.kind === 'invalid') return unproven('invalid_dpop_proof', outcome.fault)
    if (outcome.jkt !== jkt) return unproven('invalid_token', 'proof_of_other_key')
    // Last, so that nobody fills the memory, or uses up another's proof, with what would be refused anyway.
    const claim = claimProof(proofName(jkt, outcome.jti), outcome.expiresAt - now)
    return claim instanceof Promise ? claim.then(possessionOf) : possessionOf(claim)
  }
}

function possessionOf(claim: ProofClaim): Possession {
  switch (claim) {
    case 'new':
      return PROVEN
    case 'replayed':
      return unproven('invalid_dpop_proof', 'proof_replayed')
    case 'full':
      return { kind: 'full' }
  }
}

function unproven(
  error: 'invalid_token' | 'invalid_dpop_proof',
  fault: PossessionFault,
): Possession {
  return { kind: 'unproven', error, fault }
}
