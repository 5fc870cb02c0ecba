/** Tokens of any OpenID provider: RFC 6749, 8628, 8693, 8707 and 9449. */

import { resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import type { DPoPHandle } from 'openid-client'
import { CliError } from '../cli-error.ts'
import { type CommandContext, type Context, command, type Options } from '../command.ts'
import { findTarget } from '../credentials.ts'
import { readLogin, writeLogin } from '../login/login-file.ts'
import { loginToken, refresh, withTokens } from '../login/login-token.ts'
import { TOKEN, TOKEN_FAULTS, TOKEN_HELP } from '../messages/token.ts'
import { dpopKey } from '../oidc/dpop-key.ts'
import { personSignIn } from '../oidc/person-sign-in.ts'
import { discoverProvider, type Provider } from '../oidc/provider.ts'
import { providerErrors } from '../oidc/provider-errors.ts'
import { signInParameters } from '../oidc/sign-in.ts'
import { PROVIDER_OPTIONS, SIGN_IN_OPTIONS } from '../options.ts'
import { withProgress } from '../progress.ts'
import { printable } from '../text-width.ts'
import { readSecret } from './login.ts'

const GRANTS = ['login', 'client_credentials', 'code', 'device', 'refresh', 'exchange'] as const
type GrantName = (typeof GRANTS)[number]

const OPTIONS = {
  grant: {
    value: 'GRANT',
    choices: GRANTS,
    text: {
      en: 'how: default login, or client_credentials for a machine; refresh and exchange read a token from standard input',
      zh: '方式：默认 login，机器为 client_credentials；refresh 和 exchange 从标准输入读取令牌',
    },
  },
  issuer: {
    value: 'URL',
    text: { en: 'provider (default: the configured one)', zh: '提供方（默认：已配置的）' },
  },
  ...PROVIDER_OPTIONS,
  audience: {
    value: 'NAME',
    many: true,
    text: {
      en: 'audience of an exchange (RFC 8693); several times for several',
      zh: '交换令牌的受众（RFC 8693），可多次指定',
    },
  },
  dpop: {
    value: 'FILE',
    completes: 'file',
    text: {
      en: 'binds the token to the private key in this file, made when there is none (RFC 9449)',
      zh: '把令牌绑定到此文件中的私钥，没有则生成（RFC 9449）',
    },
  },
  'no-browser': SIGN_IN_OPTIONS['no-browser'],
  port: SIGN_IN_OPTIONS.port,
} as const satisfies Options

type ObtainContext = CommandContext<readonly [], typeof OPTIONS>

export const tokenObtain = command({
  name: 'token obtain',
  help: TOKEN_HELP.obtain,
  options: OPTIONS,
  examples: [
    'latchkey token obtain > token.txt',
    'latchkey token obtain --resource https://orders.example --json',
    'latchkey token obtain --issuer https://login.example.com --client-id cli --grant code',
  ],
  run: async (context) => {
    const { common, options, print, printJson, say, terminal } = context
    const isNamed = options['client-id'] !== undefined
    const isPerson = !isNamed && findTarget(context)?.as.kind === 'person'
    const grant = options.grant ?? (isPerson ? 'login' : 'client_credentials')
    const tokens = grant === 'login' ? await fromLogin(context) : await fromProvider(grant, context)
    if (common.json) return printJson(tokens)
    // Of any provider; RFC 6749 appendix A.12 has nothing in a token that could steer a terminal.
    print(printable(String(tokens.access_token)))
    const seconds = tokens.expires_in
    if (seconds !== undefined) terminal.stderr.write(`${say(TOKEN.obtained, { seconds })}\n`)
  },
})

interface Obtained {
  readonly access_token: string
  readonly expires_in?: number | undefined
}

/** The token of the login itself, or one for another service by its refresh token. */
async function fromLogin(context: ObtainContext): Promise<Obtained> {
  const { options, terminal } = context
  const login = readLogin(options.issuer?.replace(/\/$/, ''), terminal)
  if (login === undefined) throw new CliError(TOKEN_FAULTS.noLogin)
  const { resource: resources } = options
  if (resources.length === 0) {
    const { accessToken, expiresAt } = await loginToken(login, context)
    return { access_token: accessToken, expires_in: expiresAt - Math.floor(terminal.now() / 1000) }
  }
  if (login.refreshToken === undefined) throw new CliError(TOKEN_FAULTS.noLogin)
  const tokens = await withProgress(refresh(login, login.refreshToken, resources), context)
  // What was spent is replaced; the access token of the login stays.
  writeLogin(
    { ...withTokens(login, tokens, 0), accessToken: login.accessToken, expiresAt: login.expiresAt },
    terminal,
  )
  const { access_token, expires_in } = tokens
  return { access_token, expires_in }
}

async function fromProvider(grant: Exclude<GrantName, 'login'>, context: ObtainContext) {
  const { options } = context
  const provider = await discoverProvider(whoAsks(context))
  const dpop = await proof(provider, context)
  const person = { scope: options.scope ?? 'openid', resources: options.resource }
  switch (grant) {
    case 'code':
      return await personSignIn(provider, person, { ...options, device: false }, context, dpop)
    case 'device':
      return await personSignIn(provider, person, { ...options, device: true }, context, dpop)
    case 'client_credentials':
    case 'refresh':
    case 'exchange':
      return await withProgress(request(provider, grant, context, dpop), context)
  }
}

/** The client that is named, or the machine whose credentials the other commands take. */
function whoAsks(context: ObtainContext) {
  const { options } = context
  const issuer = options.issuer?.replace(/\/$/, '')
  const target = findTarget(context)
  const clientId = options['client-id']
  if (clientId !== undefined) {
    const clientSecret = readSecret(options['client-secret-file'], context)
    const known = issuer === undefined || issuer === target?.issuer ? target : undefined
    const named = issuer ?? known?.issuer
    if (named === undefined) throw new CliError(TOKEN_FAULTS.noIssuer)
    return { issuer: named, issuerAddress: known?.issuerAddress, clientId, clientSecret }
  }
  const isOther = issuer !== undefined && issuer !== target?.issuer
  if (target === undefined || isOther || target.as.kind !== 'machine') {
    throw new CliError(TOKEN_FAULTS.noClient)
  }
  return { ...target, ...target.as }
}

async function proof({ configuration }: Provider, { options, terminal }: ObtainContext) {
  if (options.dpop === undefined) return {}
  const { getDPoPHandle } = await import('openid-client')
  const key = await dpopKey(resolve(terminal.cwd, options.dpop))
  return { DPoP: getDPoPHandle(configuration, key) }
}

async function request(
  { configuration, issuer }: Provider,
  grant: 'client_credentials' | 'refresh' | 'exchange',
  context: ObtainContext,
  dpop: { DPoP?: DPoPHandle },
) {
  const oidc = await import('openid-client')
  const { scope = '', resource, audience } = context.options
  const parameters = signInParameters({ scope, resources: resource })
  for (const one of audience) parameters.append('audience', one)
  const asked = async () => {
    switch (grant) {
      case 'client_credentials':
        return await oidc.clientCredentialsGrant(configuration, parameters, dpop)
      case 'refresh':
        return await oidc.refreshTokenGrant(configuration, await given(context), parameters, dpop)
      case 'exchange':
        parameters.set('subject_token', await given(context))
        parameters.set('subject_token_type', ACCESS_TOKEN_TYPE)
        return await oidc.genericGrantRequest(configuration, EXCHANGE_GRANT, parameters, dpop)
    }
  }
  return await providerErrors(asked(), issuer)
}

const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN_TYPE = 'urn:ietf:params:oauth:token-type:access_token'

/** Never an argument: everybody on the machine can list those. */
async function given({ terminal }: Context): Promise<string> {
  const token = (await text(terminal.stdin)).trim()
  if (token === '') throw new CliError(TOKEN_FAULTS.missing)
  return token
}
