import type { Exit } from './exit-codes.ts'
import type { MessageKey, Params } from './messages/messages.ts'

/** Stops the command with a message in the language of the terminal and an exit code. */
export class CliError extends Error {
  readonly exit: Exit
  readonly key: MessageKey
  readonly params: Params

  constructor(exit: Exit, key: MessageKey, params: Params = {}) {
    super(key)
    this.name = 'CliError'
    this.exit = exit
    this.key = key
    this.params = params
  }
}
