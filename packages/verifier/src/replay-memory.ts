/** Proofs of possession that were seen before: RFC 9449 section 11.1. */
import { hash } from 'node:crypto'
import type { Clock } from '@latchkey/protocol'

/**
 * Notes a proof and says whether it is new; `full` when nothing more can be noted. `key` is at most 43 characters, and must be known
 * for `seconds` from now.
 */
export type ClaimProof = (key: string, seconds: number) => ProofClaim | Promise<ProofClaim>
export type ProofClaim = 'new' | 'replayed' | 'full'

/** One name for a proof of a key: a `jti` says nothing across keys, and may be long. */
export function proofName(jkt: string, jti: string): string {
  return hash('sha256', `${jkt}.${jti}`, 'base64url')
}

/**
 * The memory of one process: two generations, each kept for `periodSeconds` after the next one began, so that nothing has a timer of
 * its own. When `capacity` names came in one period it takes no more, instead of forgetting what could be replayed.
 */
export function replayMemory(
  clock: Pick<Clock, 'monotonicMs'>,
  periodSeconds: number,
  capacity: number,
): ClaimProof {
  let young = new Set<string>()
  let old = new Set<string>()
  let begunMs = clock.monotonicMs()
  return (name) => {
    const ageMs = clock.monotonicMs() - begunMs
    if (ageMs >= periodSeconds * 1000) {
      old = ageMs < 2 * periodSeconds * 1000 ? young : new Set()
      young = new Set()
      begunMs += ageMs
    }
    if (young.has(name) || old.has(name)) return 'replayed'
    if (young.size >= capacity) return 'full'
    young.add(name)
    return 'new'
  }
}
