import type { AuditRecord } from '@latchkey/directory'
import { StoreUnavailable } from '@latchkey/protocol'
import t from 'tap'
import { refusedSignIns } from '../../src/audit/refused-sign-ins.ts'
import { testIssuer } from '../test-issuer.ts'

function scene(append?: () => Promise<void>) {
  const records: Omit<AuditRecord, 'id'>[] = []
  const tasks: (() => void)[] = []
  const errors: string[] = []
  let nowMs = 1_700_000_000_000
  const refused = refusedSignIns({
    users: {
      findByUsername: async (name) =>
        name.toLowerCase() === 'ada' ? ({ sub: 'u_ada' } as never) : undefined,
    },
    audit: { append: append ?? (async (record) => void records.push(record)) },
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    scheduler: {
      after: (_, task) => {
        tasks.push(task)
        return () => {}
      },
    },
    log: { error: (_, message) => errors.push(message) },
  })
  const pass = (seconds: number) => {
    nowMs += seconds * 1000
  }
  return { refused, records, tasks, errors, pass }
}

const guess = (username: string, address = '192.0.2.1', why = 'credentials') => ({
  username,
  address,
  why,
})

t.test('refused sign-ins of an account from a network make one record a minute', async (t) => {
  const { refused, records, tasks, pass } = scene()
  refused.note(guess('ada'))
  pass(30)
  refused.note(guess('ADA', '192.0.2.1', 'throttled'))
  refused.note(guess('ada', '198.51.100.1'))
  t.strictSame(records, [], 'nobody waits for it')
  t.equal(tasks.length, 1)
  await refused.stop()
  t.match(records, [
    {
      actor: { sub: 'anonymous', address: '192.0.2.1' },
      action: 'sign_in.refuse',
      target: 'user u_ada',
      detail: {
        count: 2,
        first_at: 1_700_000_000,
        last_at: 1_700_000_030,
        why: ['credentials', 'throttled'],
      },
    },
    { actor: { address: '198.51.100.1' }, detail: { count: 1 } },
  ])
  refused.note(guess('ada'))
  t.equal(tasks.length, 2, 'and the next minute begins with the next one')
})

t.test('attack H7: what strangers type as a user name is not written down', async (t) => {
  const { refused, records } = scene()
  refused.note(guess('my-secret-password'))
  await refused.stop()
  t.match(records, [{ target: 'unknown user' }])
  t.notMatch(JSON.stringify(records), 'my-secret')
})

t.test('attack H6: a hundred thousand guesses write 21 records', async (t) => {
  const { refused, records } = scene()
  for (let n = 0; n < 100_000; n++) refused.note(guess(`user${n}`, `2001:db8:${n % 9999}::1`))
  await refused.stop()
  t.equal(records.length, 21)
  t.match(records.at(-1), {
    target: 'users',
    actor: { sub: 'anonymous' },
    detail: { count: 99_980 },
  })
  t.equal(records.at(-1)?.actor.address, undefined)
})

t.test('while SQL is away the log says so, and the issuer goes on', async (t) => {
  const { refused, errors } = scene(async () => {
    throw new StoreUnavailable('SQL')
  })
  refused.note(guess('ada'))
  await refused.stop()
  t.strictSame(errors, ['refused sign-ins not audited'])
})

t.test(
  'a sign-in, its refusal and what follows stand in the log with address and request',
  async (t) => {
    const issuer = await testIssuer()
    const browser = issuer.browser()
    await browser.signIn('ada')
    const sub = await issuer.sub('ada')
    const newest = async (action: string) =>
      (await issuer.directory.audit.list({ limit: 1, action }))[0]
    const signedIn = await newest('sign_in')
    t.match(signedIn, {
      actor: { sub, sid: /^s0_/, address: '127.0.0.1', requestId: /^[0-9a-f]{18}\.\w+$/ },
      target: /^session s0_/,
      detail: { again: false, amr: ['pwd'] },
    })
    await issuer.app.inject({
      method: 'POST',
      url: '/token',
      payload: 'grant_type=client_credentials',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })
    const records = await issuer.directory.audit.list({ limit: 500 })
    t.equal(
      records.filter(({ action }) => action === 'sign_in').length,
      1,
      'tokens write no record',
    )
    await issuer.end({ kind: 'user', sub }, 'admin', { sub: 'issuer' })
    t.equal(
      (await newest('end'))?.actor.address,
      undefined,
      'what the issuer does by itself has none',
    )
    await issuer.close()
  },
)
