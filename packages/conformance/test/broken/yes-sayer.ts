/** An issuer that says yes to everything: every rule about a refusal must fail at it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { decodeJwt, exportJWK, generateKeyPair, type JWK } from 'jose'
import { signJwt } from '../../src/flows/client-assertion.ts'

export interface YesSayer {
  close(): Promise<void>
}

const PATHS = {
  authorization_endpoint: '/authorize',
  token_endpoint: '/token',
  userinfo_endpoint: '/userinfo',
  jwks_uri: '/jwks',
  revocation_endpoint: '/revoke',
  introspection_endpoint: '/introspect',
  end_session_endpoint: '/logout',
  pushed_authorization_request_endpoint: '/par',
  device_authorization_endpoint: '/device',
  registration_endpoint: '/register',
} as const

export async function startYesSayer(port: number, logoutUri: string): Promise<YesSayer> {
  const issuer = `http://127.0.0.1:${port}`
  const { privateKey } = await generateKeyPair('RS256', { extractable: true })
  const key = { ...(await exportJWK(privateKey)), kid: 'key', alg: 'RS256' }
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => answer({ issuer, logoutUri, key, request, response, body }))
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

interface Exchange {
  readonly issuer: string
  readonly logoutUri: string
  readonly key: JWK
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly body: string
}

async function answer(exchange: Exchange): Promise<void> {
  const { issuer, request, response, body } = exchange
  const { pathname, searchParams } = new URL(request.url ?? '/', issuer)
  const given = new URLSearchParams(body || searchParams.toString())
  const json = (value: object, status = 200) => {
    response.writeHead(status, { 'content-type': 'application/json', allow: 'GET' })
    response.end(JSON.stringify(value))
  }
  switch (pathname) {
    case '/.well-known/openid-configuration':
      return json(metadata(issuer))
    case PATHS.authorization_endpoint:
      return redirect(response, given, issuer)
    case PATHS.token_endpoint:
      return json(await tokens(exchange, given))
    case PATHS.introspection_endpoint:
      return json({ active: true })
    case PATHS.pushed_authorization_request_endpoint:
      return json(
        { request_uri: `urn:yes:${Buffer.from(body).toString('base64url')}`, expires_in: 0 },
        201,
      )
    case PATHS.end_session_endpoint:
      await deliverLogout(exchange)
      response.writeHead(303, {
        location: given.get('post_logout_redirect_uri') ?? 'https://x.example/',
      })
      return void response.end()
    case PATHS.registration_endpoint:
      return json(
        {
          client_id: 'chosen-by-the-client',
          registration_client_uri: `${issuer}/register`,
          registration_access_token: 'x',
        },
        201,
      )
    default:
      return json({
        keys: [exchange.key],
        sub: null,
        resource: 'https://x.example',
        authorization_servers: [],
      })
  }
}

/** Every flag and every list that a rule may need. */
function metadata(issuer: string) {
  const endpoints = Object.entries(PATHS).map(([name, path]) => [name, `${issuer}${path}`])
  return {
    ...Object.fromEntries(endpoints),
    issuer: `${issuer}/other`,
    response_types_supported: ['token'],
    response_modes_supported: ['form_post'],
    grant_types_supported: [
      'refresh_token',
      'client_credentials',
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ],
    id_token_signing_alg_values_supported: ['ES256', 'EdDSA', 'PS256', 'HS256'],
    scopes_supported: ['profile', 'email', 'address', 'phone'],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['none'],
    dpop_signing_alg_values_supported: ['none'],
    acr_values_supported: ['none'],
    authorization_details_types_supported: ['none'],
    ui_locales_supported: ['EN-us'],
    subject_types_supported: ['pairwise'],
    prompt_values_supported: ['select_account'],
    code_challenge_methods_supported: [],
    introspection_signing_alg_values_supported: ['RS256'],
    request_parameter_supported: true,
    claims_parameter_supported: true,
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
  }
}

/** A code for everybody, wherever they want it, without a look at anything. */
function redirect(response: ServerResponse, given: URLSearchParams, issuer: string): void {
  const inside = insideOf(given)
  const target = inside.get('redirect_uri') ?? given.get('redirect_uri') ?? `${issuer}/nowhere`
  const answer = new URLSearchParams({
    code: 'yes',
    state: given.get('state') ?? inside.get('state') ?? 'invented',
  })
  response.writeHead(307, {
    location: `${target}${target.includes('?') ? '&' : '?'}${answer}`,
    'access-control-allow-origin': '*',
    'set-cookie': 'session=1; Path=/',
  })
  response.end()
}

/** What was pushed, or stands in a request object that nobody has checked. */
function insideOf(given: URLSearchParams): URLSearchParams {
  const pushed = /^urn:yes:(.+)$/.exec(given.get('request_uri') ?? '')?.[1]
  if (pushed !== undefined) return new URLSearchParams(Buffer.from(pushed, 'base64url').toString())
  try {
    const claims = decodeJwt(given.get('request') ?? '')
    return new URLSearchParams(Object.entries(claims).map(asText))
  } catch {
    return given
  }
}

async function tokens({ issuer, key }: Exchange, given: URLSearchParams) {
  const claims = { iss: issuer, sub: 'somebody', aud: 'anybody', exp: 4_000_000_000, iat: 1 }
  return {
    access_token: await signJwt(claims, key),
    token_type: 'Bearer',
    refresh_token: 'yes',
    id_token: await signJwt(claims, key, { alg: 'RS256' }),
    scope: given.get('scope') ?? 'openid email phone',
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of request) body += part
  return body
}

/** A logout token that names the right person, and has everything else wrong. */
async function deliverLogout({ logoutUri, key }: Exchange): Promise<void> {
  const claims = { sub: 'somebody', nonce: 'x', iat: 1, exp: 4_000_000_000 }
  const body = new URLSearchParams({ logout_token: await signJwt(claims, key), more: 'x' })
  // Nobody listens while other rules sign out.
  await fetch(logoutUri, { method: 'PUT', body }).catch(() => undefined)
}

function asText([name, value]: [string, unknown]): [string, string] {
  return [name, String(value)]
}
