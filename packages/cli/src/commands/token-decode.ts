import { decodeJwt } from '@latchkey/tokens'
import { CliError } from '../cli-error.ts'
import type { Command, Context } from '../command.ts'
import { localTime } from '../local-time.ts'
import { readToken } from '../read-token.ts'
import { definition, printable, widthOf } from '../text-width.ts'

/** Claims that are seconds since 1970 (RFC 7519 section 4.1, OpenID Connect Core section 2). */
const TIMES: readonly string[] = ['iat', 'exp', 'nbf', 'auth_time']

export const tokenDecode: Command = {
  name: 'token decode',
  argument: '[TOKEN]',
  options: [],
  examples: ['latchkey token decode eyJhbGciOi…', 'latchkey token decode --json < token.txt'],
  run: async (context) => {
    const { input, say, print, printJson } = context
    const decoded = decodeJwt(await readToken(context))
    if (decoded.kind === 'invalid') {
      if (input.has('json')) printJson({ fault: decoded.fault })
      throw new CliError('failed', 'notGood', { why: say(`fault.${decoded.fault}`) })
    }
    const { header, claims } = decoded
    if (input.has('json')) return printJson({ header, claims })
    printMembers('header', header, context)
    print('')
    printMembers('claims', claims, context)
    print('')
    print(say('unverified'))
  },
}

function printMembers(
  title: 'header' | 'claims',
  members: Readonly<Record<string, unknown>>,
  { say, print, terminal }: Context,
): void {
  print(say(title))
  const names = Object.keys(members).map(printable)
  const width = Math.min(16, Math.max(0, ...names.map(widthOf)))
  for (const [name, value] of Object.entries(members)) {
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const isTime = TIMES.includes(name) && typeof value === 'number'
    const time = isTime ? ` (${localTime(value, terminal, true)})` : ''
    print(definition(printable(name), `${printable(text)}${time}`, 2, width))
  }
}
