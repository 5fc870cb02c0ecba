import type { IncomingMessage } from 'node:http'
import type { Interaction, KoaContext, Provider } from './start-provider.ts'

const PASSWORDS = new Map([
  ['ada', 'password-of-ada'],
  ['bob', 'password-of-bob'],
])

/** Sign-in and consent pages for oidc-provider, with the same names as those of Latchkey. */
export function interactionPages(provider: Provider): void {
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/interaction/')) return await next()
    const interaction = await provider.interactionDetails(context.req, context.res)
    if (context.method === 'GET') {
      if (interaction.prompt.name === 'login') return show(context, SIGN_IN)
      if (interaction.params['client_id'] === 'consent') return show(context, CONSENT)
      return await finish(context, provider, { consent: await grantAll(provider, interaction) })
    }
    const form = new URLSearchParams(await bodyOf(context.req))
    if (interaction.prompt.name === 'login') {
      const username = form.get('username') ?? ''
      if (PASSWORDS.get(username) !== form.get('password')) return show(context, SIGN_IN)
      const login = { accountId: username, acr: 'urn:example:password', amr: ['pwd'] }
      return await finish(context, provider, { login })
    }
    if (form.get('decision') === 'deny')
      return await finish(context, provider, { error: 'access_denied' })
    return await finish(context, provider, { consent: await grantAll(provider, interaction) })
  })
}

const SIGN_IN = `<form method="post"><input name="username"><input name="password" type="password">
<button name="sign-in" value="1">Sign in</button></form>`
const CONSENT = `<form method="post"><button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button></form>`

function show(context: KoaContext, page: string): void {
  context.res.setHeader('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
  context.res.setHeader('referrer-policy', 'no-referrer')
  context.res.setHeader('cache-control', 'no-store')
  context.type = 'html'
  context.body = `<!doctype html><title>Page</title>${page}`
}

async function finish({ req, res, ...rest }: KoaContext, provider: Provider, result: object) {
  await provider.interactionFinished(req, res, result, { mergeWithLastSubmission: true })
  return void rest
}

async function grantAll(provider: Provider, { params, session }: Interaction) {
  const grant = new provider.Grant({
    accountId: session?.accountId,
    clientId: params['client_id'],
  })
  grant.addOIDCScope(String(params['scope'] ?? 'openid'))
  grant.addOIDCClaims(['name', 'email', 'given_name'])
  for (const resource of [params['resource'] ?? []].flat()) {
    grant.addResourceScope(String(resource), 'read')
  }
  return { grantId: await grant.save() }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of request) body += part
  return body
}
