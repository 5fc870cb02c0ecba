export { runSeeds, type Seeds } from './command/run-seeds.ts'
export type { Progress } from './command/seed-runner.ts'
export { type SimulateOptions, type SimulationReport, simulate } from './simulate.ts'
export type { TraceLine } from './trace.ts'
