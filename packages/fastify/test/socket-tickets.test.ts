/** One-time tickets for WebSockets: attack K4. */
import { InputError, systemRandom } from '@latchkey/protocol'
import { simulatedTime } from '@latchkey/protocol/fixtures/simulated-time.ts'
import type { FastifyRequest } from 'fastify'
import t, { type Test } from 'tap'
import type { SessionSource } from '../src/index.ts'
import { memoryTickets } from '../src/memory-tickets.ts'
import { sealedTickets } from '../src/sealed-tickets.ts'
import { isTicket, type SocketTickets, ticketBytes } from '../src/socket-ticket.ts'
import { GOOD } from './fixtures/bearer-rows.ts'
import { SERVICE } from './fixtures/fake-verifier.ts'
import { guardedApp } from './fixtures/guarded-app.ts'
import { liveService } from './fixtures/live-service.ts'

const SECRET = 'a secret that all processes of the service share'

function claimOnce() {
  const names = new Map<string, number>()
  const claim = async (name: string, seconds: number) => {
    if (names.has(name)) return 'replayed' as const
    names.set(name, seconds)
    return 'new' as const
  }
  return { names, claim }
}

function both() {
  const time = simulatedTime()
  const { names, claim } = claimOnce()
  const sealed = (secrets: string[], service = SERVICE) =>
    sealedTickets({ secrets, claim, service, clock: time.clock, random: systemRandom })
  return { time, names, sealed, memory: memoryTickets({ clock: time.clock, random: systemRandom }) }
}

/** A service that gives tickets, and the answers of its route. */
async function ticketed(t: Test, options: Parameters<typeof liveService>[1] = { tickets: true }) {
  const service = await liveService(t, options)
  const ask = (headers: Record<string, string> = GOOD, query = '') =>
    service.app.inject({ method: 'POST', url: `/latchkey/ticket${query}`, headers })
  const ticket = async (headers?: Record<string, string>, query?: string) =>
    (await ask(headers, query)).json<{ ticket: string }>().ticket
  const show = (text: string) => ['chat', `latchkey.ticket.${text}`]
  return { ...service, ask, ticket, show }
}

t.test('in memory and sealed, a ticket stands for its token once', async (t) => {
  const { memory, sealed } = both()
  for (const tickets of [memory, sealed([SECRET])] as SocketTickets[]) {
    const text = tickets.issue({ token: 'a.b.c', route: '/live' }, 'ada') ?? ''
    t.ok(isTicket(text))
    t.match(text, /^[A-Za-z0-9_-]+$/, 'fit for a subprotocol')
    const other = tickets.issue({ token: 'd.e.f', route: undefined }, 'ada') ?? ''
    t.not(other, text)
    t.match(await tickets.spend(text), { token: 'a.b.c', route: '/live' })
    t.equal(await tickets.spend(text), undefined)
    t.match(await tickets.spend(other), { token: 'd.e.f' })
    for (const garbage of ['', 'lkt_', 'lkt_AAAA', `lkt_${'A'.repeat(43)}`, 'a.b.c']) {
      t.equal(await tickets.spend(garbage), undefined, garbage)
    }
  }
})

t.test('for 30 seconds and not a moment longer', async (t) => {
  const { time, memory, sealed } = both()
  for (const tickets of [memory, sealed([SECRET])] as SocketTickets[]) {
    const issue = () => tickets.issue({ token: 'a.b.c', route: undefined }, 'ada') ?? ''
    const [inTime, late] = [issue(), issue()]
    time.advance(29_999)
    t.match(await tickets.spend(inTime), { token: 'a.b.c' })
    time.advance(1)
    t.equal(await tickets.spend(late), undefined)
  }
})

t.test('memory is bounded, and nobody uses up the room of others', async (t) => {
  const { time, memory } = both()
  const issue = (caller: string) => memory.issue({ token: caller, route: undefined }, caller)
  const own = Array.from({ length: 17 }, () => issue('ada') ?? '')
  t.equal(memory.spend(own[0] ?? ''), undefined, 'her oldest one went')
  t.match(memory.spend(own[1] ?? ''), { token: 'ada' })
  for (let i = 0; i < 10_000 - 15; i++) issue(`caller ${i}`)
  t.equal(issue('bob'), undefined, 'full')
  time.advance(30_000)
  t.ok(issue('bob'), 'the old ones have gone')
})

t.test('a machine has the room of one caller, however many tokens it fetches', async (t) => {
  const { ask, ticket, show, open, refused, verifier } = await ticketed(t)
  const shown = (n: number) => ({ authorization: `Bearer machine${n}` })
  for (let n = 0; n < 17; n++) {
    const claims = { sub: 'svc:reports', jti: `j${n}`, ...({ sid: undefined } as object) }
    verifier.grant(`machine${n}`, ['GET /live'], claims)
  }
  const [first = '', second = ''] = [await ticket(shown(0)), await ticket(shown(1))]
  for (let n = 2; n < 17; n++) t.equal((await ask(shown(n))).statusCode, 200)
  t.equal(await refused({}, '/live', show(first)), 401, 'its oldest one went')
  await open({}, '/live', show(second))
})

t.test('a sealed ticket is opened by its service alone, and by every secret in use', async (t) => {
  const { sealed, names } = both()
  const older = sealed([SECRET])
  const text = older.issue({ token: 'a.b.c', route: undefined }, 'ada') ?? ''
  const bytes = ticketBytes(text) ?? Buffer.alloc(0)
  t.notMatch(bytes.toString('latin1'), 'a.b.c')
  t.equal(await sealed([SECRET], 'http://other.example').spend(text), undefined)
  t.equal(await sealed(['another secret, just as long as the first']).spend(text), undefined)
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    const forged = `lkt_${changed.toString('base64url')}`
    if ((await older.spend(forged)) !== undefined) t.fail(`byte ${at} is not looked at`)
  }
  t.equal(names.size, 0, 'what is not ours is not remembered')
  const rotated = sealed(['a secret that took the place of the first', SECRET])
  t.match(await rotated.spend(text), { token: 'a.b.c' })
  t.strictSame([...names.values()], [40], 'remembered for as long as it is good anywhere')
})

t.test('a used ticket is not taken again by a process whose clock is behind', async (t) => {
  const { time } = both()
  const usedUntilMs = new Map<string, number>()
  const claim = async (name: string, seconds: number) => {
    const nowMs = time.clock.nowMs()
    if ((usedUntilMs.get(name) ?? 0) > nowMs) return 'replayed' as const
    usedUntilMs.set(name, nowMs + seconds * 1000)
    return 'new' as const
  }
  const processAt = (secondsAhead: number) =>
    sealedTickets({
      ...{ secrets: [SECRET], claim, service: SERVICE, random: systemRandom },
      clock: { nowMs: () => time.clock.nowMs() + secondsAhead * 1000 },
    })
  const [ahead, behind] = [processAt(5), processAt(-5)]
  const text = ahead.issue({ token: 'a.b.c', route: undefined }, 'ada') ?? ''
  time.advance(29_000)
  t.match(await ahead.spend(text), { token: 'a.b.c' })
  for (let second = 0; second < 15; second++) {
    time.advance(1000)
    t.equal(await behind.spend(text), undefined, `${second} s later`)
  }
})

t.test('K4: an upgrade with a ticket is that of its token, once', async (t) => {
  const { ask, ticket, show, open, refused, verifier, guards } = await ticketed(t)
  const answer = await ask()
  t.equal(answer.statusCode, 200)
  t.equal(answer.headers['cache-control'], 'no-store')
  t.strictSame(Object.keys(answer.json()).sort(), ['expires_in', 'ticket'])
  const text = answer.json().ticket
  const client = await open({}, '/live', show(text))
  t.equal(client.protocol, 'chat')
  t.equal(guards[0]?.caller.sub, 'u_ada')
  t.equal(await refused({}, '/live', show(text)), 401, 'used')
  t.equal(await refused({}, `/live?access_token=${await ticket()}`), 401, 'never in the URL')
  t.equal(await refused({ authorization: `Bearer ${await ticket()}` }), 401, 'no bearer token')
  t.equal(await refused({}, '/live', [...show(await ticket()), ...show('lkt_x').slice(1)]), 400)
  t.equal(await refused(GOOD, '/live', show(await ticket())), 400, 'two ways at once')
  const early = await ticket()
  verifier.end('good', 'session_ended')
  t.equal(await refused({}, '/live', show(early)), 401, 'its session has ended meanwhile')
})

t.test('K4: a ticket is refused in a browser that is signed in as another session', async (t) => {
  const { ticket, show, open, refused, verifier } = await ticketed(t)
  verifier.grant('eve', ['GET /live'], { sub: 'u_eve', sid: 's0_eeeeeeeeeeeeeeeeeeeeee' })
  verifier.grant('again', ['GET /live'], { sid: 's0_cccccccccccccccccccccc' })
  for (const cookie of ['token=eve', 'token=again']) {
    const headers = { cookie, origin: SERVICE }
    t.equal(await refused(headers, '/live', show(await ticket())), 401, cookie)
  }
  await open({ cookie: 'token=good', origin: SERVICE }, '/live', show(await ticket()))
  await open({}, '/live', show(await ticket()))
  t.pass('whoever has no cookie comes from where cookies are not sent')
  const kept = await ticket()
  t.equal(await refused({ origin: 'https://evil.example' }, '/live', show(kept)), 403)
  await open({ origin: SERVICE }, '/live', show(kept))
  t.pass('the page of another site could not use it up')
})

t.test('a ticket gives no right that its token has not', async (t) => {
  const { ask, ticket, show, open, refused, verifier, app } = await ticketed(t)
  verifier.grant('poor', ['GET /elsewhere'])
  const poor = { authorization: 'Bearer poor' }
  t.equal((await ask(poor)).statusCode, 200, 'it needs no grant')
  t.equal(await refused({}, '/live', show(await ticket(poor))), 403, 'but the upgrade does')
  const bound = await ticket(GOOD, '?route=/live')
  t.equal(await refused({}, '/strict', show(bound)), 401, 'of another route')
  await open({}, '/live', show(await ticket(GOOD, '?route=/live')))
  t.equal((await ask(GOOD, '?route=a&route=b')).statusCode, 400)
  t.equal((await ask(GOOD, `?route=${'x'.repeat(513)}`)).statusCode, 400)
  t.notOk(app.latchkey.routes.some(({ pattern }) => pattern === '/latchkey/ticket'))
})

t.test('who gets a ticket is decided like any request', async (t) => {
  const session: SessionSource = {
    accessToken: ({ headers }) => /token=(\w+)/.exec(headers.cookie ?? '')?.[1],
    renew: async () => 'renewed',
    challenge: () => false,
  }
  const { ask, verifier } = await ticketed(t, { tickets: true, session })
  verifier.grant('renewed', [])
  verifier.end('old', 'stale')
  const cookie = { cookie: 'token=good' }
  const rows: [string, Record<string, string>, number][] = [
    ['nobody', {}, 401],
    ['a bad token', { authorization: 'Bearer bad' }, 401],
    ['the session, from a page of its own', { ...cookie, origin: SERVICE }, 200],
    ['a session that is renewed', { cookie: 'token=old', origin: SERVICE }, 200],
    ['the session, from another site', { ...cookie, origin: 'https://evil.example' }, 403],
    ['the session, from nowhere', cookie, 403],
  ]
  for (const [name, headers, status] of rows) {
    t.equal((await ask(headers)).statusCode, status, name)
  }
  verifier.override = () => ({ kind: 'stale', retryAfterSeconds: 1 })
  t.equal((await ask()).statusCode, 503, 'no lease')
})

t.test('processes share tickets by a secret and one memory of used ones', async (t) => {
  const { claim } = claimOnce()
  const options = { tickets: { secret: SECRET, claim, path: '/socket-ticket' } }
  const one = await ticketed(t, options)
  const other = await ticketed(t, options)
  const answer = await one.app.inject({ method: 'POST', url: '/socket-ticket', headers: GOOD })
  const { ticket } = answer.json()
  await other.open({}, '/live', other.show(ticket))
  t.equal(await one.refused({}, '/live', one.show(ticket)), 401)
  t.equal(await other.refused({}, '/live', other.show(ticket)), 401)
})

t.test('a service that gives no tickets takes none', async (t) => {
  const { ask, refused, show } = await ticketed(t, {})
  t.equal((await ask()).statusCode, 404)
  t.equal(await refused({}, '/live', show('lkt_x')), 401)
})

t.test(
  'whoever asks for a ticket proves to hold the key of its token, once for both',
  async (t) => {
    const certificateHash = ({ headers }: FastifyRequest) => headers['x-certificate'] as string
    const { verifier, ask, open, show } = await ticketed(t, { tickets: true, certificateHash })
    verifier.grant('bound', ['GET /live'], { cnf: { 'x5t#S256': 'c'.repeat(43) } })
    const bound = { authorization: 'Bearer bound' }
    t.equal((await ask(bound)).statusCode, 401, 'no proof, no ticket')
    const answer = await ask({ ...bound, 'x-certificate': 'c'.repeat(43) })
    await open({}, '/live', show(answer.json().ticket))
  },
)

t.test('settings that cannot work stop the start', async (t) => {
  const { claim } = claimOnce()
  for (const [name, options] of [
    ['a secret without a memory', { tickets: { secret: SECRET } }],
    ['a memory without a secret', { tickets: { claim } }],
    ['a short secret', { tickets: { secret: 'short', claim } }],
    ['no secrets', { tickets: { secret: [], claim } }],
    ['one short secret among good ones', { tickets: { secret: [SECRET, 'short'], claim } }],
    ['no path', { tickets: { path: 'ticket' } }],
    ['a path with a parameter', { tickets: { path: '/:ticket' } }],
    ['a long grace', { socketGraceSeconds: 11 }],
    ['a negative one', { socketGraceSeconds: -1 }],
    ['none at all', { socketGraceSeconds: Number.NaN }],
  ] as const) {
    await t.rejects(
      guardedApp(t, () => {}, options as never),
      InputError,
      name,
    )
  }
})
