/** A process of the cluster has ended without being asked to. */
export class ProcessEnded extends Error {
  /** With exit code 1 it has said why in a line of its own, above this one. */
  readonly saidWhy: boolean

  constructor(name: string, code: number | null, signal: NodeJS.Signals | null) {
    super(`${name} has ended (${signal ?? `exit code ${code}`}), so the others stop too`)
    this.name = 'ProcessEnded'
    this.saidWhy = code === 1
  }
}
