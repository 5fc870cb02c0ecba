export type { Clock } from '@latchkey/protocol'
export { DPOP_ALGS } from '@latchkey/tokens'
export { createVerifier } from './create-verifier.ts'
export {
  type CheckPossession,
  type Possession,
  type PossessionFault,
  type PossessionOptions,
  type Presented,
  possessionCheck,
} from './possession.ts'
export type { Refused } from './refused-memory.ts'
export type { ClaimProof, ProofClaim } from './replay-memory.ts'
export type {
  RefusalReason,
  Verification,
  Verifier,
  VerifierLog,
  VerifierOptions,
  VerifierStatus,
} from './verifier.ts'
export { type VerifierParts, verifierFrom } from './verifier-from.ts'
export { VerifierNotReady } from './verifier-not-ready.ts'
