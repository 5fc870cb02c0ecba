import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '@latchkey/protocol'
import {
  exportJWK,
  generateKeyPair,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose'

/** An OpenID Provider small enough to read: real HTTP, real RS256 signatures, PKCE and client secrets checked. */
export interface FakeIssuer {
  /** The public name; Node does not resolve it. */
  readonly issuer: string
  readonly address: string
  /** What came to the token endpoint. */
  readonly tokenRequests: URLSearchParams[]
  /** What came to the endpoint for session tickets. */
  readonly ticketRequests: URLSearchParams[]
  /** Which paths were asked, in order. */
  readonly paths: string[]
  /** How it behaves; tests change it. */
  readonly ways: Ways
  /** Refresh tokens of this session answer `invalid_grant` from now on. */
  endSession(sid: string): void
  logoutToken(claims: JWTPayload, header?: Partial<JWTHeaderParameters>): Promise<string>
  /** Refuses connections until it is opened again, at the same address. */
  shut(): Promise<void>
  open(): Promise<void>
}

export interface Ways {
  sid: string
  sub: string
  name: string
  /** Changes the claims of the next ID tokens. */
  idToken: (claims: JWTPayload) => JWTPayload
  /** Signs ID tokens with a key that is not in the JWKS. */
  foreignKey: boolean
  /** Status of every answer of the token endpoint instead of the real one. */
  tokenStatus: number | undefined
  tokenError: { status: number; error: string } | undefined
  expiresIn: number
  /** Whether tokens come with a refresh token. */
  refreshTokens: boolean
  /** Characters that make access tokens as long as real ones with many rights. */
  padding: number
  metadata: (metadata: Record<string, unknown>) => Record<string, unknown>
  /** Answers authorization requests with this error. */
  authorizationError: string | undefined
  /** Changes the answers of the endpoint for session tickets. */
  ticket: (answer: JsonAnswer) => JsonAnswer
  /** The token endpoint answers after this. */
  gate: Promise<void>
}

export const CLIENT = { id: 'orders', secret: 'a secret: with % and +' }

/** Made once: an RSA key takes longer than most tests. */
const KEYS = Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])

interface Code {
  readonly challenge: string
  readonly redirectUri: string
  readonly nonce: string
}

export async function fakeIssuer(clock: Clock): Promise<FakeIssuer> {
  const [keys, foreign] = await KEYS
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
  const codes = new Map<string, Code>()
  const ended = new Set<string>()
  const successors = new Map<string, { at: number; refreshToken: string | undefined }>()
  const tokenRequests: URLSearchParams[] = []
  const ticketRequests: URLSearchParams[] = []
  const paths: string[] = []
  const ways: Ways = {
    sid: 's0_first',
    sub: 'u_ada',
    name: 'Ada',
    idToken: (claims) => claims,
    foreignKey: false,
    tokenStatus: undefined,
    tokenError: undefined,
    expiresIn: 300,
    refreshTokens: true,
    padding: 0,
    metadata: (metadata) => metadata,
    authorizationError: undefined,
    ticket: (answer) => answer,
    gate: Promise.resolve(),
  }
  const now = () => Math.floor(clock.nowMs() / 1000)
  let port = 0
  let issuer = ''

  function sign(claims: JWTPayload, header: Partial<JWTHeaderParameters>) {
    const protectedHeader = { alg: 'RS256', kid: 'k1', ...header }
    const key = ways.foreignKey ? foreign.privateKey : keys.privateKey
    return new SignJWT(claims).setProtectedHeader(protectedHeader).sign(key)
  }

  async function grant(nonce: string | undefined) {
    const { sub, sid, name } = ways
    const times = { iat: now(), exp: now() + 300 }
    const claims = { iss: issuer, aud: CLIENT.id, sub, sid, name, ...times }
    const idToken = ways.idToken(nonce === undefined ? claims : { ...claims, nonce })
    return {
      access_token: `at_${randomBytes(12).toString('hex')}${'x'.repeat(ways.padding)}`,
      token_type: 'Bearer',
      expires_in: ways.expiresIn,
      refresh_token: ways.refreshTokens ? newRefreshToken(sid) : undefined,
      id_token: await sign(idToken, { typ: 'JWT' }),
    }
  }

  function metadata() {
    return ways.metadata({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/logout`,
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    })
  }

  function authorize(query: URLSearchParams): string {
    if (ways.authorizationError !== undefined) {
      const facts = { error: ways.authorizationError, state: query.get('state') ?? '', iss: issuer }
      return `${query.get('redirect_uri')}?${new URLSearchParams(facts)}`
    }
    const code = randomBytes(16).toString('hex')
    codes.set(code, {
      challenge: query.get('code_challenge') ?? '',
      redirectUri: query.get('redirect_uri') ?? '',
      nonce: query.get('nonce') ?? '',
    })
    const state = query.get('state') ?? ''
    return `${query.get('redirect_uri')}?${new URLSearchParams({ code, state, iss: issuer })}`
  }

  async function token(request: IncomingMessage, form: URLSearchParams) {
    if (!isAuthenticated(request)) {
      return { status: 401, body: { error: 'invalid_client' } }
    }
    return form.get('grant_type') === 'refresh_token' ? refresh(form) : redeem(form)
  }

  function sessionTicket(request: IncomingMessage, form: URLSearchParams) {
    if (!isAuthenticated(request)) return { status: 401, body: { error: 'invalid_client' } }
    const [, sid] = /^rt_(.+)_[0-9a-f]+$/.exec(form.get('token') ?? '') ?? []
    if (sid === undefined || ended.has(sid)) return REFUSED
    const facts = { ticket: `ticket of ${sid}`, expires_in: 30 }
    return { status: 200, body: { ...facts, events_endpoint: `${issuer}/session/events` } }
  }

  async function redeem(form: URLSearchParams) {
    const code = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    const good = code?.challenge === challenge && code.redirectUri === form.get('redirect_uri')
    return good ? { status: 200, body: await grant(code.nonce) } : REFUSED
  }

  async function refresh(form: URLSearchParams) {
    const old = form.get('refresh_token') ?? ''
    const sid = /^rt_(.+)_[0-9a-f]+$/.exec(old)?.[1] ?? ''
    if (ended.has(sid)) return REFUSED
    const successor = successors.get(old)
    if (successor !== undefined && now() - successor.at > 10) {
      ended.add(sid)
      return REFUSED
    }
    // As the issuer gives it: the same successor, with a new access token.
    const answer = await grant(undefined)
    const refreshToken = successor?.refreshToken ?? answer.refresh_token
    successors.set(old, { at: successor?.at ?? now(), refreshToken })
    return { status: 200, body: { ...answer, refresh_token: refreshToken } }
  }

  async function handle(request: IncomingMessage, response: ServerResponse) {
    const url = new URL(request.url ?? '/', issuer)
    paths.push(url.pathname)
    const form = new URLSearchParams(await text(request))
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return json(response, 200, metadata())
      case '/jwks':
        return json(response, 200, { keys: [jwk] })
      case '/authorize':
        return response.writeHead(303, { location: authorize(url.searchParams) }).end()
      case '/token': {
        tokenRequests.push(form)
        await ways.gate
        if (ways.tokenStatus !== undefined) return response.writeHead(ways.tokenStatus).end('no')
        const { tokenError } = ways
        if (tokenError !== undefined) return json(response, tokenError.status, tokenError)
        const { status, body } = await token(request, form)
        return json(response, status, body)
      }
      case '/session/ticket': {
        ticketRequests.push(form)
        const { status, body } = ways.ticket(sessionTicket(request, form))
        return json(response, status, body)
      }
      default:
        return response.writeHead(404).end()
    }
  }

  let server: Server
  async function open() {
    server = createServer((request, response) => void handle(request, response))
    server.listen(port, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    port = (server.address() as AddressInfo).port
    issuer = `http://sso.localhost:${port}`
  }
  await open()

  return {
    issuer,
    address: `http://127.0.0.1:${port}`,
    tokenRequests,
    ticketRequests,
    paths,
    ways,
    endSession: (sid) => void ended.add(sid),
    logoutToken: (claims, header = {}) => sign(claims, { typ: 'logout+jwt', ...header }),
    open,
    async shut() {
      if (!server.listening) return
      const closed = new Promise((resolve) => server.once('close', resolve))
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function newRefreshToken(sid: string): string {
  return `rt_${sid}_${randomBytes(12).toString('hex')}`
}

/** The claims or metadata without one member. */
export function without<T extends object>(facts: T, member: keyof T & string): T {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => name !== member)) as T
}

function isAuthenticated(request: IncomingMessage): boolean {
  const basic = Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64').toString()
  const encoded = (text: string) => encodeURIComponent(text).replace(/%20/g, '+')
  return basic === `${encoded(CLIENT.id)}:${encoded(CLIENT.secret)}`
}

interface JsonAnswer {
  readonly status: number
  readonly body: object
}

const REFUSED = { status: 400, body: { error: 'invalid_grant' } }

function json(response: ServerResponse, status: number, body: object) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function text(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts).toString()
}
