import { createHash } from 'node:crypto'
import {
  exchange,
  formsOf,
  type HttpAnswer,
  type HttpBrowser,
  httpBrowser,
} from '../../src/index.ts'

export const ISSUER = 'http://sso.localhost'
export const TELLER = { id: 'teller', callback: 'http://teller.localhost/callback' }

const VERIFIER = 'fault-tests-need-no-secret-verifier-of-their-own'
const AUTHORIZE = new URLSearchParams({
  client_id: TELLER.id,
  redirect_uri: TELLER.callback,
  response_type: 'code',
  scope: 'openid',
  code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
  code_challenge_method: 'S256',
})

export interface Tokens {
  readonly access_token: string
  readonly refresh_token: string
}

/** What people, apps and administrators ask of one issuer process, each as one HTTP request. */
export interface IssuerCalls {
  browser(): HttpBrowser
  /** Opens the sign-in page; gives what sends its form. */
  signInForm(browser: HttpBrowser, username: string): Promise<() => Promise<HttpAnswer>>
  /** A browser that is signed in at the issuer. */
  signedIn(username: string): Promise<HttpBrowser>
  /** GET /authorize of somebody who is signed in. */
  authorize(browser: HttpBrowser): Promise<HttpAnswer>
  code(browser: HttpBrowser): Promise<string>
  redeem(code: string): Promise<HttpAnswer>
  tokens(browser: HttpBrowser): Promise<Tokens>
  refresh(refreshToken: string): Promise<HttpAnswer>
  /** POST of a form with the credentials of a client; the teller unless another is named. */
  post(path: string, form: Readonly<Record<string, string>>, clientId?: string): Promise<HttpAnswer>
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>
  /** Any request, with a body of JSON when there is one. */
  send(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: object,
  ): Promise<HttpAnswer>
  /** An access token for the admin API. */
  admin(): Promise<string>
  /** `prefer` is the header of RFC 7240. */
  end(target: Readonly<Record<string, string>>, admin: string, prefer?: string): Promise<HttpAnswer>
}

export function issuerCalls(options: {
  readonly port: number
  readonly secretOf: (clientId: string) => string
  readonly passwordOf: (username: string) => string
}): IssuerCalls {
  const { port, secretOf, passwordOf } = options
  const host = 'sso.localhost'
  const call = (
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ) => exchange({ port, host, path, method, headers, ...(body !== undefined && { body }) })

  const calls: IssuerCalls = {
    browser: () => httpBrowser({ hosts: new Map([[host, port]]), passwordOf }),
    signInForm: async (browser, username) => {
      const page = await browser.fetch(`${ISSUER}/authorize?${AUTHORIZE}&prompt=login`)
      const [form] = formsOf(page.text)
      if (!form) throw new Error(`no form (${page.status})`)
      const fields = { ...form.fields, username, password: passwordOf(username) }
      const sent = {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ISSUER },
        body: new URLSearchParams(fields).toString(),
      }
      return () => browser.fetch(form.action, sent)
    },
    signedIn: async (username) => {
      const browser = calls.browser()
      const answer = await (await calls.signInForm(browser, username))()
      if (answer.status !== 303) throw new Error(`not signed in: ${answer.status}`)
      return browser
    },
    authorize: (browser) => browser.fetch(`${ISSUER}/authorize?${AUTHORIZE}`),
    code: async (browser) => {
      const { location = '' } = (await calls.authorize(browser)).headers
      const code = new URL(location).searchParams.get('code')
      if (code === null) throw new Error(`no code: ${location}`)
      return code
    },
    redeem: (code) =>
      calls.post('/token', {
        grant_type: 'authorization_code',
        code,
        redirect_uri: TELLER.callback,
        code_verifier: VERIFIER,
      }),
    tokens: async (browser) => {
      const answer = await calls.redeem(await calls.code(browser))
      if (answer.status !== 200) throw new Error(`no tokens: ${answer.text}`)
      return answer.json() as Tokens
    },
    refresh: (refreshToken) =>
      calls.post('/token', { grant_type: 'refresh_token', refresh_token: refreshToken }),
    post: (path, form, clientId = TELLER.id) => {
      const basic = Buffer.from(`${clientId}:${secretOf(clientId)}`).toString('base64')
      const headers = {
        authorization: `Basic ${basic}`,
        'content-type': 'application/x-www-form-urlencoded',
      }
      return call('POST', path, headers, new URLSearchParams(form).toString())
    },
    send: (method, path, headers, body) =>
      body === undefined
        ? call(method, path, headers)
        : call(
            method,
            path,
            { ...headers, 'content-type': 'application/json' },
            JSON.stringify(body),
          ),
    get: (path, headers = {}) => call('GET', path, headers),
    admin: async () => {
      const form = { grant_type: 'client_credentials' }
      const answer = await calls.post('/token', form, 'operator')
      return (answer.json() as { access_token: string }).access_token
    },
    end: (target, admin, prefer) => {
      const headers = {
        authorization: `Bearer ${admin}`,
        'content-type': 'application/json',
        ...(prefer !== undefined && { prefer }),
      }
      return call('POST', '/admin/v1/ends', headers, JSON.stringify({ target }))
    },
  }
  return calls
}

/** The `sid` of an access token, which these tests believe as it is. */
export function sidOf({ access_token }: Pick<Tokens, 'access_token'>): string {
  return (claimsOf(access_token) as { sid: string }).sid
}

export function subOf({ access_token }: Pick<Tokens, 'access_token'>): string {
  return (claimsOf(access_token) as { sub: string }).sub
}

function claimsOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
}

/** `family.generation.mac` */
export function generationOf(refreshToken: string): number {
  return Number(refreshToken.split('.')[1])
}
