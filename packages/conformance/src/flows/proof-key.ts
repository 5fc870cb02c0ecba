/** Proof Key for Code Exchange: RFC 7636 sections 4.1 and 4.2. */
import { createHash, randomBytes } from 'node:crypto'

export interface ProofKey {
  readonly verifier: string
  readonly challenge: string
}

export function proofKey(): ProofKey {
  const verifier = randomText()
  return { verifier, challenge: challengeOf(verifier) }
}

export function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url')
}

/** 43 characters that nobody can guess. */
export function randomText(): string {
  return randomBytes(32).toString('base64url')
}
