import type { Clock } from '@latchkey/protocol'
import fastify, { type FastifyInstance } from 'fastify'
import type { Test } from 'tap'
import { login } from '../src/login.ts'
import { loginSession } from '../src/session-source.ts'
import type { LoginOptions } from '../src/settings.ts'
import type { StepUp } from '../src/sign-in.ts'
import { type Browser, browser } from './browser.ts'
import { CLIENT, type FakeIssuer, fakeIssuer } from './fake-issuer.ts'

export const BASE = 'http://a.localhost:4001'
export const SECRET = 'a cookie secret of at least thirty-two bytes'

export interface TestClock extends Clock {
  advance(seconds: number): void
}

/** Stands still until a test moves it, so that no slow machine changes an outcome. */
export function testClock(): TestClock {
  let elapsedMs = 0
  const startMs = Date.now()
  return {
    nowMs: () => startMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    advance: (seconds) => {
      elapsedMs += seconds * 1000
    },
  }
}

/** What the verifier says about tokens: nothing is refused until a test says so. */
export interface Verdicts {
  /** Access tokens that are refused, and why. */
  readonly refused: Map<string, 'stale' | 'session_ended'>
  /** Refuses everything, whatever the token. */
  refuseAll: boolean
  /** What a sign-in has to be, for the routes below `/orders/`. */
  wanted: StepUp | undefined
}

export interface World {
  readonly app: FastifyInstance
  readonly issuer: FakeIssuer
  readonly clock: TestClock
  readonly browser: Browser
  readonly verdicts: Verdicts
  /** Everything that was logged, as text. */
  log(): string
  newBrowser(): Browser
  /** Another tab, or a thief: a browser with the same cookies. */
  newBrowserWith(other: Browser): Browser
  /** What `/slow` waits for before it answers. */
  readonly slow: { gate: Promise<void> }
}

export async function world(t: Test, options: Partial<LoginOptions> = {}): Promise<World> {
  const clock = testClock()
  const issuer = await fakeIssuer(clock)
  const { app, verdicts, slow, log } = await testApp(t, issuer, { clock, ...options })
  t.teardown(() => issuer.shut())
  const newBrowser = () => browser(app, issuer.address)
  const newBrowserWith = (other: Browser) => {
    const copy = newBrowser()
    for (const [name, value] of other.jar) copy.jar.set(name, value)
    return copy
  }
  const tools = { log, slow, newBrowser, newBrowserWith }
  return { app, issuer, clock, verdicts, browser: newBrowser(), ...tools }
}

export async function testApp(t: Test, issuer: FakeIssuer, options: Partial<LoginOptions> = {}) {
  const lines: string[] = []
  const stream = { write: (line: string) => void lines.push(line) }
  const app = fastify({ logger: { level: 'trace', stream } })
  const verdicts: Verdicts = { refused: new Map(), refuseAll: false, wanted: undefined }
  closeRoutes(app, verdicts)
  await app.register(login, {
    issuer: issuer.issuer,
    issuerAddress: issuer.address,
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
    baseUrl: BASE,
    cookieSecret: SECRET,
    resource: BASE,
    ...options,
  })
  app.get('/orders', async (request) => ({ person: request.person, token: request.token }))
  app.get('/slow', async (request) => {
    await slow.gate
    return { token: request.token }
  })
  app.get('/orders/:id', async (request) => request.url)
  app.post('/orders', async () => 'made')
  app.get('/', { config: { public: true } as object }, async (request) => ({
    person: request.person,
  }))
  app.get('/greeting', { config: { public: true } as object }, async (request, reply) => {
    reply.header('cache-control', 'public, max-age=60')
    return { token: await loginSession.accessToken(request, reply) }
  })
  app.get('/logo', { config: { public: true } as object }, async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=60')
    return 'logo'
  })
  const slow = { gate: Promise.resolve() }
  t.teardown(() => app.close())
  return { app, verdicts, slow, log: () => lines.join('') }
}

declare module 'fastify' {
  interface FastifyRequest {
    token: string | undefined
  }
}

/** What a plug-in that closes routes does with a `SessionSource`, step by step. */
function closeRoutes(app: FastifyInstance, verdicts: Verdicts): void {
  const verdict = (token: string) =>
    verdicts.refuseAll ? 'session_ended' : verdicts.refused.get(token)
  app.decorateRequest('token')
  app.addHook('onRequest', async (request, reply) => {
    if ((request.routeOptions.config as { public?: boolean }).public === true) return
    let token = await loginSession.accessToken(request, reply)
    if (token !== undefined && verdict(token) === 'stale') {
      token = await loginSession.renew(request, reply, 'stale')
    }
    const { wanted } = verdicts
    if (wanted !== undefined && token !== undefined && request.url.startsWith('/orders/')) {
      if (await loginSession.challenge(request, reply, 'weak', wanted)) return reply
      return reply.code(401).send({ error: 'insufficient_user_authentication' })
    }
    if (token !== undefined && verdict(token) === undefined) {
      request.token = token
      return
    }
    const why = token === undefined ? 'signed_out' : 'ended'
    if (await loginSession.challenge(request, reply, why)) return reply
    return reply.code(401).send({ error: 'invalid_token' })
  })
}
