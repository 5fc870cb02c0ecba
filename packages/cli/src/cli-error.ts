import type { Fault, Params } from './messages/text.ts'
import type { Row } from './pages.ts'

/** Stops the command with a message in the language of the terminal and an exit code. */
export class CliError extends Error {
  readonly fault: Fault
  readonly params: Params
  /** What an issuer has said besides, where it found several faults at once: code, received, expected, where. */
  readonly errors: readonly Row[]

  constructor(fault: Fault, params: Params = {}, errors: readonly Row[] = []) {
    super(fault.code)
    this.name = 'CliError'
    this.fault = fault
    this.params = params
    this.errors = errors
  }
}
