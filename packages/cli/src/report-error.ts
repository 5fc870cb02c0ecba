import type { SettingsError } from '@latchkey/issuer'
import { InputError, InputErrors, StoreUnavailable } from '@latchkey/protocol'
import { CliError } from './cli-error.ts'
import type { Terminal } from './command.ts'
import { EXIT } from './exit-codes.ts'
import { COMMAND_LINE, COMMAND_LINE_FAULTS } from './messages/command-line.ts'
import type { Params, Say } from './messages/text.ts'
import { ownWords } from './own-words.ts'
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
    const { code, received, expected, where } = error
    const faults = error instanceof InputErrors ? error.errors : [error]
    write(code, faultsText(faults, say), { received, expected, where })
    return EXIT.usage
  }
  if (error instanceof Error && error.name === 'SettingsError') {
    // Its class is of the issuer, which most commands do not load.
    write('settings', faultsText((error as SettingsError).faults, say))
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
    say(fault, inOwnWords(params, say)),
    ...(near === undefined ? [] : [say(COMMAND_LINE.didYouMean, { name: near })]),
    ...(fault.exit === 'usage' && isKnown ? [say(COMMAND_LINE.seeHelp, { command })] : []),
  ].join(' ')
}

/** What an issuer or provider has said is English; the meaning of its code goes before it in other languages. */
function inOwnWords(params: Params, say: Say): Params {
  const { code, error, why } = params
  const said = code ?? error
  if (said === undefined || why === undefined) return params
  return { ...params, why: `${ownWords(String(said), say)}${why}` }
}

/** A line for each, and what its code means below where the line is in a foreign language. */
function faultsText(faults: readonly InputError[], say: Say): string {
  return faults
    .flatMap(({ message, code }) => {
      const meaning = ownWords(code, say)
      return meaning === '' ? [message] : [message, `    ${meaning}`]
    })
    .join('\n')
}
