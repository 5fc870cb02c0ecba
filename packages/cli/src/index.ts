export type { Terminal } from './command.ts'
export { commandTable } from './command-table.ts'
export { EXIT } from './exit-codes.ts'
export { run } from './run.ts'
