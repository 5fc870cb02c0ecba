import { resolve } from 'node:path'
import { type AccessTokenClaims, isRouteList, type RoutesClaim } from '@latchkey/protocol'
import { decodeJwt } from '@latchkey/tokens'
import type { JSONWebKeySet } from 'jose'
import { CliError } from '../cli-error.ts'
import { type Context, command } from '../command.ts'
import { findTarget, type Target } from '../credentials.ts'
import { localTime } from '../local-time.ts'
import { COMMAND_LINE_FAULTS } from '../messages/command-line.ts'
import { TOKEN, TOKEN_FAULT_TEXTS, TOKEN_FAULTS, TOKEN_HELP } from '../messages/token.ts'
import { readToken } from '../read-token.ts'
import { definition, printable, widthOf } from '../text-width.ts'
import { readKeysFile, type TokenVerdict, verifyToken } from '../verify-token.ts'
import { printMembers } from './token-decode.ts'

export const tokenVerify = command({
  name: 'token verify',
  help: TOKEN_HELP.verify,
  arguments: ['[TOKEN]'],
  options: {
    service: {
      value: 'AUDIENCE',
      text: {
        en: 'audience that the token must have (default: its own)',
        zh: '令牌必须具有的受众（默认为其自身的）',
      },
    },
    issuer: {
      value: 'URL',
      text: {
        en: 'issuer that the token must have (default: the configured one)',
        zh: '令牌必须来自的签发者（默认：已配置的）',
      },
    },
    keys: {
      value: 'FILE',
      completes: 'file',
      text: {
        en: 'file with a JWK set: public keys, or the secret key of the service',
        zh: '含 JWK 集的文件：公钥，或该服务的密钥',
      },
    },
  },
  examples: [
    'latchkey token verify eyJhbGciOi… --service https://reports.example.com',
    'latchkey token verify --keys reports.jwks < token.txt',
  ],
  run: async (context) => {
    const { common, options, say, print, printJson } = context
    const target = findTarget(context)
    const issuer = options.issuer ?? target?.issuer
    if (issuer === undefined) {
      throw new CliError(COMMAND_LINE_FAULTS.missingArgument, {
        command: 'token verify',
        argument: '--issuer URL',
      })
    }
    // Credentials of one issuer are never shown to another.
    // Only a client with a secret may introspect (RFC 7662 section 2.1).
    const as = target?.issuer === issuer ? target.as : undefined
    const asked = target && as?.kind === 'machine' ? { ...target, as } : undefined
    const { service, keys } = options
    const token = await readToken(context.arguments[0], context)
    if (!isOurs(token)) return await foreign(token, { issuer, target, service, keys }, context)
    const verdict = await verifyToken(token, { issuer, target: asked, service, keys }, context)
    if (common.json) printJson(verdict)
    if (verdict.kind === 'refused') {
      throw new CliError(TOKEN_FAULTS.refused, {
        why: why(verdict, context, asked?.as.clientId ?? ''),
      })
    }
    if (common.json) return
    print(say(TOKEN.good))
    if (verdict.active === undefined) print(say(TOKEN.goodButNotAsked))
    print('')
    printClaims(verdict.claims, verdict.kid, context)
  },
})

/** Ours name the place of the log at which they were signed; nobody else's access tokens do. */
function isOurs(token: string): boolean {
  const decoded = decodeJwt(token)
  return decoded.kind === 'invalid' || 'rev' in decoded.claims
}

async function foreign(
  token: string,
  given: {
    issuer: string
    target: Target | undefined
    service: string | undefined
    keys: string | undefined
  },
  context: Context,
): Promise<void> {
  const { common, say, print, printJson, terminal } = context
  const { issuer, target, keys: file } = given
  const issuerAddress = target?.issuer === issuer ? target.issuerAddress : issuer
  const keys = file === undefined ? undefined : readKeysFile(resolve(terminal.cwd, file))
  const about = {
    issuer,
    issuerAddress,
    audience: given.service,
    keys: keys as JSONWebKeySet | undefined,
  }
  const { verifyForeign } = await import('../verify-foreign.ts')
  const verdict = await verifyForeign(token, about, context)
  if (common.json) printJson(verdict)
  if (verdict.kind === 'refused') {
    throw new CliError(TOKEN_FAULTS.refused, { why: say(TOKEN_FAULT_TEXTS[verdict.reason]) })
  }
  if (common.json) return
  print(say(verdict.form === 'id_token' ? TOKEN.goodIdToken : TOKEN.good))
  print(say(TOKEN.goodButNotAsked))
  print('')
  printMembers('claims', verdict.claims, context)
}

function why(
  verdict: TokenVerdict & { kind: 'refused' },
  { say }: Context,
  client: string,
): string {
  switch (verdict.reason) {
    case 'inactive':
      return say(TOKEN.inactive, { client })
    case 'key_unknown':
      return say(TOKEN.keyUnknown, { kid: printable(verdict.kid ?? '') })
    default:
      return say(TOKEN_FAULT_TEXTS[verdict.reason])
  }
}

function printClaims(
  claims: AccessTokenClaims,
  kid: string,
  { say, print, terminal }: Context,
): void {
  const time = (seconds: number) => localTime(seconds, terminal, true)
  const rows: [name: string, value: string | undefined][] = [
    [say(TOKEN.key), kid],
    [say(TOKEN.subject), claims.sub],
    [say(TOKEN.client), claims.client_id],
    [say(TOKEN.service), claims.aud],
    [say(TOKEN.session), claims.sid],
    [say(TOKEN.times), say(TOKEN.timesText, { issued: time(claims.iat), ends: time(claims.exp) })],
    [say(TOKEN.scope), claims.scope === '' ? undefined : claims.scope],
    ...routeRows(claims.routes, say),
  ]
  const shown = rows.filter(([, value]) => value !== undefined)
  const width = Math.max(...shown.map(([name]) => widthOf(name)))
  for (const [name, value = ''] of shown) print(definition(name, printable(value), 0, width))
}

/** A bitmap says nothing without its catalogue, so only which one it is. */
function routeRows(routes: RoutesClaim, say: Context['say']): [name: string, value: string][] {
  const [first, ...more] = isRouteList(routes) ? routes : [say(TOKEN.bitmap, { c: routes.c })]
  return [
    [say(TOKEN.routes), first ?? say(TOKEN.noRoutes)],
    ...more.map((route): [string, string] => ['', route]),
  ]
}
