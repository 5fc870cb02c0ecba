import type { Fault, Params } from './messages/text.ts'

/** Stops the command with a message in the language of the terminal and an exit code. */
export class CliError extends Error {
  readonly fault: Fault
  readonly params: Params

  constructor(fault: Fault, params: Params = {}) {
    super(fault.code)
    this.name = 'CliError'
    this.fault = fault
    this.params = params
  }
}
