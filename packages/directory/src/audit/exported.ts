/** What a program needs to verify an export of the audit log, without a database. */
export type { ChainFault, ChainHead } from './audit-chain.ts'
export { headText, readHead } from './audit-chain.ts'
export { type ChainedLines, chainedLines } from './chained-lines.ts'
