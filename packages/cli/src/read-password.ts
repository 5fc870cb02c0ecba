import { text } from 'node:stream/consumers'
import { CliError } from './cli-error.ts'
import type { Context, Terminal } from './command.ts'
import { COMMAND_LINE, COMMAND_LINE_FAULTS } from './messages/command-line.ts'

/**
 * A new password: from standard input with --password-stdin, else asked for twice on the terminal without showing it.
 * Never from the arguments: everybody on the machine can list those.
 */
export async function readPassword(
  fromStdin: boolean,
  { terminal, say }: Context,
): Promise<string> {
  if (fromStdin) return notEmpty(await readPasswordLine(terminal))
  if (terminal.stdin.isTTY !== true) throw new CliError(COMMAND_LINE_FAULTS.noTerminal)
  const first = notEmpty(await askHidden(say(COMMAND_LINE.askPassword), terminal))
  if ((await askHidden(say(COMMAND_LINE.askAgain), terminal)) !== first) {
    throw new CliError(COMMAND_LINE_FAULTS.passwordsDiffer)
  }
  return first
}

/** The one line of standard input, perhaps empty. Programs that keep passwords often print notes below it. */
export async function readPasswordLine({ stdin }: Terminal): Promise<string> {
  // One line end belongs to `echo`, not to the password.
  const password = (await text(stdin)).replace(/\r?\n$/, '')
  const count = password.split('\n').length
  if (count > 1) throw new CliError(COMMAND_LINE_FAULTS.passwordLines, { count })
  return password
}

function notEmpty(password: string): string {
  if (password === '') throw new CliError(COMMAND_LINE_FAULTS.passwordEmpty)
  return password
}

const KEYS = {
  enter: '\r',
  newline: '\n',
  end: '\u0004',
  cancel: '\u0003',
  kill: '\u0015',
} as const
const ERASE: readonly string[] = ['\u007f', '\b']

/** Reads one line in raw mode, in which the terminal shows nothing. */
function askHidden(question: string, { stdin, stderr }: Terminal): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let typed: string[] = []
  const onData = (data: Buffer | string) => {
    for (const character of String(data)) {
      if (character === KEYS.cancel)
        return finish(() => reject(new CliError(COMMAND_LINE_FAULTS.cancelled)))
      if (character === KEYS.enter || character === KEYS.newline || character === KEYS.end) {
        return finish(() => resolve(typed.join('')))
      }
      if (ERASE.includes(character)) typed = typed.slice(0, -1)
      else if (character === KEYS.kill) typed = []
      else typed.push(character)
    }
  }
  const finish = (settle: () => void) => {
    stdin.off('data', onData)
    stdin.setRawMode?.(false)
    stdin.pause()
    stderr.write('\n')
    settle()
  }
  stderr.write(question)
  stdin.setRawMode?.(true)
  stdin.setEncoding('utf8')
  stdin.on('data', onData)
  stdin.resume()
  return promise
}
