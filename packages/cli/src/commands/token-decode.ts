import { decodeJwt } from '@latchkey/tokens'
import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { localTime } from '../local-time.ts'
import { TOKEN, TOKEN_FAULT_TEXTS, TOKEN_FAULTS, TOKEN_HELP } from '../messages/token.ts'
import { readToken } from '../read-token.ts'
import { definition, printable, widthOf } from '../text-width.ts'

/** Claims that are seconds since 1970 (RFC 7519 section 4.1, OpenID Connect Core section 2). */
const TIMES: readonly string[] = ['iat', 'exp', 'nbf', 'auth_time']

export const tokenDecode = command({
  name: 'token decode',
  help: TOKEN_HELP.decode,
  arguments: ['[TOKEN]'],
  examples: ['latchkey token decode eyJhbGciOi…', 'latchkey token decode --json < token.txt'],
  run: async (context) => {
    const { common, say, print, printJson } = context
    const decoded = decodeJwt(await readToken(context.arguments[0], context))
    if (decoded.kind === 'invalid') {
      if (common.json) printJson({ fault: decoded.fault })
      throw new CliError(TOKEN_FAULTS.refused, { why: say(TOKEN_FAULT_TEXTS[decoded.fault]) })
    }
    const { header, claims } = decoded
    if (common.json) return printJson({ header, claims })
    printMembers('header', header, context)
    print('')
    printMembers('claims', claims, context)
    print('')
    print(say(TOKEN.unverified))
  },
})

/** Name and value of each member; times as times. */
export function printMembers(
  title: 'header' | 'claims',
  members: Readonly<Record<string, unknown>>,
  { say, print, terminal }: Context,
): void {
  print(say(TOKEN[title]))
  const names = Object.keys(members).map(printable)
  const width = Math.min(16, Math.max(0, ...names.map(widthOf)))
  for (const [name, value] of Object.entries(members)) {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const isTime = TIMES.includes(name) && typeof value === 'number'
    const time = isTime ? ` (${localTime(value, terminal, true)})` : ''
    print(definition(printable(name), `${printable(text)}${time}`, 2, width))
  }
}
