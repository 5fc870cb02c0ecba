export type { TokenFault, TokenOutcome } from './access-token.ts'
export type { Alg, KeyLifeState, KeyRecord, SigningKeyRecord } from './key-record.ts'
