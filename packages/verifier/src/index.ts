export type { Clock } from '@latchkey/protocol'
export { createVerifier } from './create-verifier.ts'
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
