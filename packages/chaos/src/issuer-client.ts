import { setTimeout as sleep } from 'node:timers/promises'
import { ClusterFault } from './cluster-fault.ts'
import { type Answer, record } from './exchange.ts'
import { issuerExchange } from './issuer-exchange.ts'
import type { Credentials, Plan } from './plan.ts'

export interface SignedIn {
  readonly sid: string
  readonly accessToken: string
  readonly refreshToken: string
  /** Second when the access token expires. */
  readonly expiresAt: number
}

/** What chaos asks of the issuer. Whatever answers is tried in turn; `lost` when nobody did. */
export interface IssuerClient {
  /** POST /api/token/obtain (docs/protocol/token-api.md). @throws ClusterFault when the issuer refuses: the plan is wrong */
  signIn(
    person: Plan['people'][number],
    audience: string,
  ): Promise<SignedIn | { readonly kind: 'lost' }>
  refresh(refreshToken: string): Promise<
    | {
        readonly kind: 'refreshed'
        readonly accessToken: string
        readonly refreshToken: string
        readonly expiresAt: number
      }
    | { readonly kind: 'refused'; readonly error: string }
    | { readonly kind: 'lost' }
  >
  /** POST /admin/v1/ends. `unknown`: there was nothing to end, as far as the issuer knows. */
  end(sid: string): Promise<'ended' | 'unknown' | 'lost'>
}

export function issuerClient(plan: Plan): IssuerClient {
  const ask = issuerExchange(plan)
  let machine: { readonly token: string; readonly untilMs: number } | undefined

  const postJson = (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
    ask({
      method: 'POST',
      path,
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  async function machineToken(): Promise<string | undefined> {
    if (machine && performance.now() < machine.untilMs) return machine.token
    const answer = await ask({
      method: 'POST',
      path: '/token',
      headers: {
        authorization: basic(plan.operator),
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        resource: plan.issuer,
      }).toString(),
    })
    if (answer.kind === 'lost') return undefined
    const { access_token: token, expires_in: seconds } = record(answer.body)
    if (answer.status !== 200 || typeof token !== 'string') {
      throw refusal('the operator gets no token', answer)
    }
    machine = { token, untilMs: performance.now() + Number(seconds) * 500 }
    return token
  }

  return {
    signIn: async ({ username, password }, audience) => {
      const answer = await postJson('/api/token/obtain', {
        ...appOf(plan.app),
        ...{ username, password, resource: audience },
      })
      // Many sign-ins at once look like guesses to an issuer: it asks for a pause.
      if (answer.kind === 'lost' || answer.status === 429) return { kind: 'lost' }
      const tokens = tokensOf(answer.body)
      if (answer.status !== 200 || !tokens) throw refusal(`${username} cannot sign in`, answer)
      return { sid: sidOf(tokens.accessToken), ...tokens }
    },
    refresh: async (refreshToken) => {
      const answer = await postJson('/api/token/refresh', {
        ...appOf(plan.app),
        refresh_token: refreshToken,
      })
      if (answer.kind === 'lost') return { kind: 'lost' }
      const tokens = tokensOf(answer.body)
      if (answer.status === 200 && tokens) return { kind: 'refreshed', ...tokens }
      return { kind: 'refused', error: String(record(answer.body)['error'] ?? answer.status) }
    },
    end: async (sid) => {
      const token = await machineToken()
      if (token === undefined) return 'lost'
      const target = { kind: 'session', sid }
      const answer = await postJson(
        '/admin/v1/ends',
        { target },
        { authorization: `Bearer ${token}` },
      )
      if (answer.kind === 'lost') return 'lost'
      if (answer.status >= 200 && answer.status < 300) {
        const done = record(answer.body)['ended'] === true || answer.lost > 0
        return done ? 'ended' : 'unknown'
      }
      // The operator's own token may have ended meanwhile.
      machine = undefined
      if (answer.status === 401) return 'lost'
      throw refusal('the operator cannot end a session', answer)
    },
  }
}

/** Asks again every quarter of a second until somebody has answered, or the time is over. */
export async function untilAnswered<T>(
  ask: () => Promise<T>,
  isLost: (answer: T) => boolean,
  withinMs: number,
): Promise<T> {
  const endMs = performance.now() + withinMs
  for (;;) {
    const answer = await ask()
    if (!isLost(answer) || performance.now() > endMs) return answer
    await sleep(250)
  }
}

function appOf({ clientId, clientSecret }: Credentials) {
  return { client_id: clientId, client_secret: clientSecret }
}

/** RFC 6749 section 2.3.1: both are form-encoded first. */
function basic({ clientId, clientSecret }: Credentials): string {
  const encode = (text: string) => new URLSearchParams({ '': text }).toString().slice(1)
  const pair = `${encode(clientId)}:${encode(clientSecret)}`
  return `Basic ${Buffer.from(pair).toString('base64')}`
}

function tokensOf(body: unknown) {
  const { access_token: accessToken, refresh_token: refreshToken } = record(body)
  if (typeof accessToken !== 'string' || typeof refreshToken !== 'string') return undefined
  return { accessToken, refreshToken, expiresAt: Number(claimsOf(accessToken)['exp']) }
}

function sidOf(accessToken: string): string {
  return String(claimsOf(accessToken)['sid'])
}

/** Read, not verified: only to know what to end and when to refresh. */
function claimsOf(token: string): Readonly<Record<string, unknown>> {
  return record(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')))
}

function refusal(what: string, answer: Extract<Answer, { kind: 'answered' }>): ClusterFault {
  const { error, error_description: why, code = error, detail = why } = record(answer.body)
  return new ClusterFault(`${what}: ${answer.status} ${code ?? ''} ${detail ?? ''}`.trim())
}
