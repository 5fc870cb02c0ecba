import { InputError, StoreUnavailable } from '@latchkey/protocol'
import { CliError } from './cli-error.ts'
import type { Terminal } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { COMMAND_LINE, COMMAND_LINE_FAULTS } from './messages/command-line.ts'
import type { Say } from './messages/text.ts'
import { COLUMNS, printable, wrap } from './text-width.ts'

export interface ReportOptions {
  /** As one JSON object, for programs. */
  readonly json: boolean
  readonly say: Say
  readonly stderr: Terminal['stderr']
}

/** Says on standard error what went wrong, and gives the exit code. What nobody expected is thrown again. */
export function reportError(error: unknown, { json, say, stderr }: ReportOptions): number {
  const write = (code: string, message: string, more: object = {}) =>
    stderr.write(
      json ? `${JSON.stringify({ error: { code, message, ...more } }, null, 2)}\n` : `${message}\n`,
    )
  if (error instanceof CliError) {
    const { fault, params } = error
    const text = cliText(error, say)
    const { code = fault.code } = params
    write(String(code), json ? text : wrap(`${text} [${code}]`, COLUMNS).join('\n'), params)
    return EXIT[fault.exit]
  }
  // Settings and other input of the operator: the message is made for them, one fault on each line.
  if (error instanceof InputError) {
    const { code, message, received, expected, where } = error
    write(code, message, { received, expected, where })
    return EXIT.usage
  }
  if (error instanceof Error && error.name === 'SettingsError') {
    write('settings', error.message)
    return EXIT.usage
  }
  if (error instanceof StoreUnavailable) {
    const why = error.why === undefined ? '' : ` (${printable(error.why)})`
    const text = say(COMMAND_LINE.storeUnavailable, { what: error.message, why })
    write(
      'store-unavailable',
      json ? text : wrap(`${text} [store-unavailable]`, COLUMNS).join('\n'),
    )
    return EXIT.unavailable
  }
  throw error
}

/** The text of the fault, what was probably meant, and where to read on. */
function cliText({ fault, params }: CliError, say: Say): string {
  const { command = '', near } = params
  const isKnown = command !== '' && fault !== COMMAND_LINE_FAULTS.unknownCommand
  return [
    say(fault, params),
    ...(near === undefined ? [] : [say(COMMAND_LINE.didYouMean, { name: near })]),
    ...(fault.exit === 'usage' && isKnown ? [say(COMMAND_LINE.seeHelp, { command })] : []),
  ].join(' ')
}
