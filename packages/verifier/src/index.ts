export type {
  RefusalReason,
  Verification,
  Verifier,
  VerifierLog,
  VerifierOptions,
  VerifierStatus,
} from './verifier.ts'
