import type { AccessTokenClaims } from '@latchkey/protocol'
import { CliError } from '../cli-error.ts'
import type { Command, Context } from '../command.ts'
import { findTarget } from '../credentials.ts'
import { localTime } from '../local-time.ts'
import { readToken } from '../read-token.ts'
import { definition, printable, widthOf } from '../text-width.ts'
import { type TokenVerdict, verifyToken } from '../verify-token.ts'

export const tokenVerify: Command = {
  name: 'token verify',
  argument: '[TOKEN]',
  options: ['service', 'issuer', 'keys'],
  examples: [
    'latchkey token verify eyJhbGciOi… --service https://reports.example.com',
    'latchkey token verify --keys reports.jwks < token.txt',
  ],
  run: async (context) => {
    const { input, say, print, printJson } = context
    const target = findTarget(context)
    const issuer = input.values.issuer ?? target?.issuer
    if (issuer === undefined) {
      throw new CliError('usage', 'missingArgument', {
        command: 'token verify',
        argument: '--issuer URL',
      })
    }
    // Credentials of one issuer are never shown to another.
    const asked = target?.issuer === issuer ? target : undefined
    const verdict = await verifyToken(await readToken(context), { issuer, target: asked }, context)
    if (input.has('json')) printJson(verdict)
    if (verdict.kind === 'refused') {
      throw new CliError('failed', 'notGood', { why: why(verdict, context, asked?.clientId ?? '') })
    }
    if (input.has('json')) return
    print(say('good'))
    if (verdict.active === undefined) print(say('goodButNotAsked'))
    print('')
    printClaims(verdict.claims, verdict.kid, context)
  },
}

function why(
  verdict: TokenVerdict & { kind: 'refused' },
  { say }: Context,
  client: string,
): string {
  switch (verdict.reason) {
    case 'inactive':
      return say('inactive', { client })
    case 'key_unknown':
      return say('keyUnknown', { kid: printable(verdict.kid ?? '') })
    default:
      return say(`fault.${verdict.reason}`)
  }
}

function printClaims(
  claims: AccessTokenClaims,
  kid: string,
  { say, print, terminal }: Context,
): void {
  const time = (seconds: number) => localTime(seconds, terminal, true)
  const rows: [name: string, value: string | undefined][] = [
    [say('key'), kid],
    [say('subject'), claims.sub],
    [say('client'), claims.client_id],
    [say('service'), claims.aud],
    [say('session'), claims.sid],
    [say('times'), say('timesText', { issued: time(claims.iat), ends: time(claims.exp) })],
    [say('scope'), claims.scope === '' ? undefined : claims.scope],
    [say('routes'), claims.routes[0] ?? say('noRoutes')],
    ...claims.routes.slice(1).map((route): [string, string] => ['', route]),
  ]
  const shown = rows.filter(([, value]) => value !== undefined)
  const width = Math.max(...shown.map(([name]) => widthOf(name)))
  for (const [name, value = ''] of shown) print(definition(name, printable(value), 0, width))
}
