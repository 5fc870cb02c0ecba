/** GET /admin/v1/refused/:request: what this process and the verifiers on its feed remember. */
import type { AddressInfo } from 'node:net'
import { createVerifier } from '@latchkey/verifier'
import { fastify } from 'fastify'
import t from 'tap'
import { ownRefusals } from '../../src/explain/own-refusals.ts'
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

  const names = { instance: 'far', audience: ORDERS, clientId: 'orders', process: 'other' }
  const facts = { ...names, connectedAt: issuer.now(), applied: [], kids: [] }
  await issuer.store.presence.report('other', [facts], issuer.now())
  t.strictSame((await find('req-8')).not_asked, [
    { service: ORDERS, instance: 'far', why: 'other_process' },
  ])
  await issuer.store.presence.report('other', [{ ...facts, goneAt: issuer.now() }], issuer.now())
  t.equal((await find('req-8')).not_asked[0].why, 'away')
  const [record] = await issuer.directory.audit.list({ action: 'explain.refused', limit: 1 })
  t.match(record, { target: 'request req-8', actor: { sub: 'svc:operator' } })
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
