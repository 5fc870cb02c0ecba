/** oidc-provider with HS256 access and ID tokens, its quickest, on Redis. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import Provider from 'oidc-provider'
import { AUDIENCE, CALLBACK, CLIENT } from './bench-op.ts'
import { redisAdapter } from './redis-adapter.ts'

const KEY = Buffer.alloc(32, 5)

function provider(redisUrl: string, port: number): Provider {
  // It warns of what is left out here on purpose: interaction pages, keys of its own.
  console.info = console.warn = () => {}
  return new Provider(`http://127.0.0.1:${port}`, {
    adapter: redisAdapter(redisUrl),
    cookies: { keys: ['bench'] },
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
        redirect_uris: [CALLBACK],
        id_token_signed_response_alg: 'HS256',
      },
    ],
    enabledJWA: { idTokenSigningAlgValues: ['HS256', 'RS256'] },
    pkce: { required: () => true },
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    findAccount: async (_: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ sub: id, name: 'Ada' }),
    }),
    loadExistingGrant,
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: async () => true },
      resourceIndicators: {
        enabled: true,
        // Introspection is of opaque tokens: it knows no JWTs. Everything else is HS256.
        defaultResource: () => AUDIENCE,
        useGrantedResource: () => true,
        getResourceServerInfo: (_: unknown, resource: string) => ({
          scope: 'orders',
          audience: AUDIENCE,
          accessTokenTTL: 300,
          ...(resource === AUDIENCE
            ? { accessTokenFormat: 'jwt', jwt: { sign: { alg: 'HS256', key: KEY } } }
            : { accessTokenFormat: 'opaque' }),
        }),
      },
    },
    ttl: {
      AccessToken: 300,
      AuthorizationCode: 60,
      ClientCredentials: 300,
      Grant: 86_400,
      IdToken: 600,
      Interaction: 600,
      RefreshToken: 86_400,
      Session: 86_400,
    },
  })
}

/** A client of the operator: nobody is asked. As its documentation does it for such clients. */
async function loadExistingGrant(ctx: {
  oidc: {
    client: { clientId: string }
    session: { accountId: string; grantIdFor(clientId: string): string | undefined }
    provider: { Grant: GrantModel }
  }
}) {
  const { client, session, provider } = ctx.oidc
  const known = session.grantIdFor(client.clientId)
  if (known !== undefined) return await provider.Grant.find(known)
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
  grant.addOIDCScope('openid')
  grant.addResourceScope(AUDIENCE, 'orders')
  await grant.save()
  return grant
}

interface GrantModel {
  new (facts: {
    clientId: string
    accountId: string
  }): {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }
  find(id: string): Promise<unknown>
}

/** Listens on this port of loopback. */
export async function serveProvider(redisUrl: string, port: number): Promise<void> {
  const op = provider(redisUrl, port)
  const serve = op.callback()
  const login = async (request: IncomingMessage, response: ServerResponse) => {
    // A form is read, as at a real sign-in page; the password is compared by nobody.
    let form = ''
    for await (const chunk of request) form += chunk
    const accountId = new URLSearchParams(form).get('username') ?? ''
    await op.interactionFinished(request, response, { login: { accountId } })
  }
  const server = createServer((request, response) => {
    const isLogin = request.method === 'POST' && request.url?.startsWith('/interaction/')
    void (isLogin ? login(request, response) : serve(request, response))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
}
