import { RESOURCES } from '../fixtures/registered-clients.ts'

/** What oidc-provider is configured to do: everything that the suites can look at. */
export function providerFeatures(InvalidTarget: new () => Error, codeSeconds: number) {
  return {
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      claimsParameter: { enabled: true },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 3), requireNonce: () => false },
      fapi: { enabled: true, profile: fapiProfile },
      introspection: { enabled: true, allowedPolicy: mayIntrospect },
      jwtIntrospection: { enabled: true },
      jwtUserinfo: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      registration: { enabled: true, initialAccessToken: 'initial-access-token' },
      registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
      requestObjects: { enabled: true },
      revocation: { enabled: true },
      rpInitiatedLogout: { enabled: true, ...logoutPages() },
      resourceIndicators: { enabled: true, ...resourceServers(InvalidTarget) },
    },
    claims: {
      openid: ['sub'],
      profile: ['name', 'given_name', 'family_name', 'preferred_username', 'updated_at'],
      email: ['email', 'email_verified'],
      address: ['address'],
      phone: ['phone_number', 'phone_number_verified'],
    },
    findAccount: (_context: unknown, id: string) => ({
      accountId: id,
      claims: async () => ({ ...PERSON, sub: id, preferred_username: id }),
    }),
    // Without these it answers neither a POST nor a request without redirect_uri as OpenID Connect wants it.
    enableHttpPostMethods: true,
    allowOmittingSingleRegisteredRedirectUri: false,
    cookies: { keys: ['only for tests'], long: { httpOnly: true, sameSite: 'none' } },
    issueRefreshToken: async (_context: unknown, client: ProviderClient) =>
      client.grantTypeAllowed('refresh_token'),
    pkce: {
      required: (_context: unknown, client: ProviderClient) => client.clientId !== 'no_pkce',
    },
    subjectTypes: ['public', 'pairwise'],
    pairwiseIdentifier: async (_context: unknown, accountId: string, client: ProviderClient) =>
      `${client.clientId}-${accountId}`,
    acrValues: ['urn:example:password', 'urn:example:two-factors'],
    enabledJWA: {
      idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'],
      userinfoSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    },
    // Its own guard refuses loopback, where the tests listen.
    fetch: (url: string, { dispatcher: _guard, ...options }: GuardedOptions) => fetch(url, options),
    ttl: {
      AuthorizationCode: codeSeconds,
      AccessToken: 300,
      ClientCredentials: 300,
      DeviceCode: 300,
      Grant: 86_400,
      IdToken: 300,
      Interaction: 300,
      RefreshToken: 3600,
      Session: 3600,
    },
    renderError: async (context: { type: string; body: string }, out: { error: string }) => {
      context.type = 'html'
      context.body = `<!doctype html><title>Error</title><p>${out.error}</p>`
    },
  }
}

type GuardedOptions = Omit<RequestInit, 'dispatcher'> & {
  readonly dispatcher?: unknown
}

interface ProviderClient {
  readonly clientId: string
  grantTypeAllowed(grantType: string): boolean
}

const PERSON = {
  name: 'Ada Lovelace',
  given_name: 'Ada',
  family_name: 'Lovelace',
  updated_at: 1_700_000_000,
  email: 'ada@example.com',
  email_verified: true,
  address: { formatted: '12 St James Square, London' },
  phone_number: '+442079460000',
  phone_number_verified: false,
}

function resourceServers(InvalidTarget: new () => Error) {
  const allowed: readonly string[] = RESOURCES.slice(0, 2)
  return {
    defaultResource: async () => undefined,
    useGrantedResource: async () => true,
    getResourceServerInfo: async (_context: unknown, resource: string, client: ProviderClient) => {
      if (!allowed.includes(resource) || client.clientId !== 'resource') throw new InvalidTarget()
      return {
        scope: 'read',
        audience: resource,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'RS256' } },
      }
    },
  }
}

interface LogoutContext {
  type: string
  body: string
}

function logoutPages() {
  return {
    // The form has no button of its own: whoever shows it decides what else to send.
    logoutSource: async (context: LogoutContext, form: string) => {
      context.type = 'html'
      context.body = `<!doctype html><title>Sign out</title>${form.replace(
        '</form>',
        '<button name="logout" value="yes">Sign out</button></form>',
      )}`
    },
    postLogoutSuccessSource: async (context: LogoutContext) => {
      context.type = 'html'
      context.body = '<!doctype html><title>Signed out</title><p>Signed out</p>'
    },
  }
}

async function mayIntrospect(_context: unknown, caller: ProviderClient): Promise<boolean> {
  return caller.clientId === 'caller'
}

function fapiProfile(_context: unknown, client?: ProviderClient): string | undefined {
  return client?.clientId.startsWith('fapi') ? '2.0' : undefined
}
