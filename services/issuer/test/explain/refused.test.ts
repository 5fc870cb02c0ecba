/** GET /admin/v1/refused/:request: what this process and the verifiers on its feed remember. */
import type { AddressInfo } from 'node:net'
import { systemRandom } from '@latchkey/protocol'
import { simulatedTime } from '@latchkey/protocol/fixtures/simulated-time.ts'
import { createVerifier } from '@latchkey/verifier'
import { fastify } from 'fastify'
import t from 'tap'
import { ownRefusals } from '../../src/explain/own-refusals.ts'
import { ANY_PROCESS, refusedExchange } from '../../src/explain/refused-exchange.ts'
import { mergeRefused, type RefusedFindings } from '../../src/explain/refused-findings.ts'
import { identityOf } from '../../src/receipts/known-verifiers.ts'
import { adminCaller } from '../fixtures/admin-caller.ts'
import { A, B, hubScene, turn } from '../fixtures/hub-scene.ts'
import { ISSUER, ORDERS, SECRET, testIssuer } from '../test-issuer.ts'

const REFUSED = {
  ...{ at: 5, status: 401, reason: 'expired', method: 'GET', route: '/orders', leaseMs: 10 },
  positions: [{ p: 0, epoch: 10, offset: 3 }],
}

t.test('every verifier of the process is asked, and who is silent is named', async (t) => {
  const { hub, join } = await hubScene()
  const [one, two] = [await join('a', A), await join('b', B)]
  const asking = hub.askRefused('req-1')
  const question = { t: 'refused?', id: 1, request: 'req-1' }
  t.strictSame([one.sent.at(-1), two.sent.at(-1)], [question, question])
  one.say({ t: 'refused', id: 1, refused: [REFUSED] })
  one.say({ t: 'refused', id: 1, refused: [] })
  one.say({ t: 'refused', id: 2, refused: [REFUSED] })
  await turn()
  two.say({ t: 'refused', id: 1, refused: [] })
  const answers = await asking
  t.strictSame(
    answers.map(({ member, refused }) => [member.connection.audience, refused]),
    [
      [A.audience, [REFUSED]],
      [B.audience, []],
    ],
    'the first answer counts, and the last one ends the waiting',
  )
})

t.test('nobody waits longer than a second, and few questions are open at once', async (t) => {
  const { hub, join, time } = await hubScene()
  t.strictSame(await hub.askRefused('req-1'), [], 'nobody to ask')
  await join('a', A)
  const asking = Array.from({ length: 8 }, () => hub.askRefused('req-1'))
  await t.rejects(hub.askRefused('req-1'), { code: 'temporarily_unavailable' })
  time.advance(1000)
  for (const [answer] of await Promise.all(asking)) t.equal(answer?.refused, undefined)
  void hub.askRefused('req-1')
})

t.test('a request id tells why the issuer or a service refused it', async (t) => {
  const issuer = await testIssuer()
  t.teardown(() => issuer.close())
  const admin = await adminCaller(issuer)
  await issuer.app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = issuer.app.server.address() as AddressInfo
  const verifier = await createVerifier({
    ...{ issuer: ISSUER, issuerAddress: `http://127.0.0.1:${port}`, service: ORDERS },
    credentials: { clientId: 'orders', clientSecret: SECRET },
  })
  t.teardown(() => verifier.close())
  const find = async (id: string) => {
    const answer = await admin.send('GET', `refused/${encodeURIComponent(id)}`)
    t.equal(answer.statusCode, 200, answer.body)
    return answer.json()
  }

  verifier.noteRefused({
    ...{ request: 'req-7', method: 'GET', route: '/orders/:id', status: 401, reason: 'malformed' },
    token: `e30.${Buffer.from('{"sub":"u_ada","jti":"j"}').toString('base64url')}.signature`,
  })
  const byService = await find('req-7')
  t.match(byService.services, [
    {
      ...{ service: ORDERS, status: 401, reason: 'malformed', route: '/orders/:id', method: 'GET' },
      ...{ sub: 'u_ada', jti: 'j', applied: [{ partition: 0 }] },
    },
  ])
  t.ok(byService.services[0].lease_ms > 0)
  t.strictSame(byService.not_asked, [])
  t.notMatch(JSON.stringify(byService), 'signature')

  const refused = await admin.send('GET', 'users/u_00000000000000000000000000')
  const anonymous = await issuer.app.inject({ url: '/admin/v1/users' })
  const noToken = anonymous.json().instance.slice('urn:request:'.length)
  t.match((await find(noToken)).issuer, { status: 401, code: 'no-credentials' })
  const id = refused.json().instance.slice('urn:request:'.length)
  const { issuer: own, services } = await find(id)
  t.match(own, {
    ...{ method: 'GET', route: '/admin/v1/users/:sub', status: 404, code: 'unknown-user' },
    ...{ client_id: 'operator', sub: 'svc:operator' },
  })
  t.strictSame(services, [])
  const unknown = await find('nobody:1')
  t.strictSame(unknown, { request: 'nobody:1', services: [], not_asked: [] })

  const [record] = await issuer.directory.audit.list({ action: 'explain.refused', limit: 1 })
  t.match(record, { target: 'request nobody:1', actor: { sub: 'svc:operator' } })
})

t.test('verifiers of which nothing was heard are named, with why', async (t) => {
  const facts = { audience: ORDERS, clientId: 'orders', connectedAt: 5, applied: [], kids: [] }
  const known = ['told', 'slow', 'far', 'gone'].map((instance) => ({
    ...{ ...facts, instance, process: instance === 'far' ? 'q' : 'p' },
    ...(instance === 'gone' && { goneAt: 6 }),
  }))
  const [, slow = ''] = known.map(identityOf)
  const findings = [{ services: [], process: 'p', silent: [slow] }]
  const named = { service: ORDERS }
  t.strictSame(mergeRefused(findings, known), {
    services: [],
    not_asked: [
      { ...named, instance: 'slow', why: 'silent' },
      { ...named, instance: 'far', why: 'other_process' },
      { ...named, instance: 'gone', why: 'away' },
    ],
  })
})

t.test(
  'other processes are asked through the store, and nobody is waited for longer than it takes',
  async (t) => {
    const time = simulatedTime()
    const kept = new Map<string, string>()
    const documents = {
      put: async (kind: string, id: string, text: string) => void kept.set(`${kind} ${id}`, text),
      get: async (kind: string, id: string) => kept.get(`${kind} ${id}`),
    }
    const empty = { services: [], process: 'refusing', silent: [] }
    const own = { at: 5, method: 'GET', route: '/token', status: 400, code: 'invalid_grant' }
    const asked: string[] = []
    const processOf = (process: string, found: RefusedFindings = { ...empty, process }) =>
      refusedExchange({
        ...{ documents, process, leaseMs: 5000, clock: time.clock, scheduler: time.scheduler },
        random: systemRandom,
        find: async (request) => {
          asked.push(`${process} ${request}`)
          return found
        },
      })
    const [here, there] = [processOf('here'), processOf('there')]
    const refusing = processOf('refusing', { ...empty, issuer: own })
    for (const one of [here, there, refusing]) one.start()
    /** Seconds until it was answered. */
    async function waitFor<T>(asking: Promise<T>): Promise<[T, number]> {
      const since = time.clock.monotonicMs()
      let isDone = false
      const done = asking.finally(() => {
        isDone = true
      })
      while (!isDone) {
        await turn()
        time.advance(50)
      }
      return [await done, time.clock.monotonicMs() - since]
    }
    t.strictSame(await here.ask('r', []), [], 'nobody to ask')
    const [found, tookMs] = await waitFor(here.ask('r', ['there', ANY_PROCESS]))
    t.strictSame(
      found.toSorted((a) => (a.issuer ? 1 : -1)),
      [
        { ...empty, process: 'there' },
        { ...empty, issuer: own },
      ],
    )
    t.ok(tookMs <= 1300, `${tookMs} ms`)
    t.strictSame(
      asked.toSorted(),
      ['refusing r', 'there r'],
      'each once, and not the one that asks',
    )
    for (const one of [there, refusing]) one.stop()
    const [nothing, gaveUpMs] = await waitFor(here.ask('r', ['there', 'nobody']))
    t.strictSame(nothing, [])
    t.ok(gaveUpMs >= 2200 && gaveUpMs < 2500, `${gaveUpMs} ms`)
    here.stop()
  },
)

t.test('whichever issuer process is asked, the one that refused it tells', async (t) => {
  const one = await testIssuer()
  t.teardown(() => one.close())
  const two = await testIssuer({ store: one.store })
  t.teardown(async () => {
    await two.app.close()
    await two.directory.close()
  })
  const admin = await adminCaller(two)
  const refused = await one.app.inject({ url: '/admin/v1/groups' })
  const id = refused.json().instance.slice('urn:request:'.length)
  const { issuer, services } = (await admin.send('GET', `refused/${id}`)).json()
  t.match(issuer, { route: '/admin/v1/groups', status: 401, code: 'no-credentials' })
  t.strictSame(services, [])
})

t.test('a flood of refusals pushes out the oldest, and what was let in is not kept', async (t) => {
  const times = { ms: 1_800_000_000_000 }
  const app = fastify()
  t.teardown(() => app.close())
  const { find } = ownRefusals(app, { nowMs: () => times.ms })
  app.get('/:answer', async (request, reply) => {
    const isRefused = request.url === '/refused'
    if (isRefused) request.refusal = { code: 'invalid_token', reason: 'expired' }
    return await reply.code(isRefused ? 401 : 200).send(request.id)
  })
  const ask = async (url: string) => (await app.inject({ url })).body
  t.equal(find(await ask('/good')), undefined)
  const first = await ask('/refused')
  const refusal = { code: 'invalid_token', reason: 'expired', status: 401 }
  const expected = { at: 1_800_000_000, method: 'GET', route: '/:answer', ...refusal }
  t.strictSame(find(first), expected)
  for (let count = 1; count < 2000; count++) await ask('/refused')
  t.ok(find(first), 'the last that there is room for')
  const last = await ask('/refused')
  t.equal(find(first), undefined)
  times.ms += 3_599_000
  t.ok(find(last))
  times.ms += 1000
  t.equal(find(last), undefined, 'an hour ends it')
})
