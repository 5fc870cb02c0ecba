import type { Test } from 'tap'
import type { Engine } from './engines.ts'
import {
  ASKED,
  codeOf,
  FACTS,
  fifty,
  livingSession,
  NOW,
  sampleCode,
  sampleSession,
  tally,
} from './samples.ts'

/** RFC 6749 sections 4.1.2 and 10.5; attacks C10, C11, C12. */
export async function codeRules(t: Test, engine: Engine): Promise<void> {
  const store = await engine.open(t)
  const { codes, log } = store

  await t.test('a code gives its record and the position of now', async (t) => {
    const session = await livingSession(store)
    const code = codeOf(session)
    const record = sampleCode(session)
    await codes.save(code, record, NOW)
    const { entries } = await log.end({ kind: 'stale', about: session.sub }, FACTS)
    const outcome = await codes.redeem(code, 'orders', NOW)
    t.strictSame(outcome.kind === 'redeemed' && outcome.record, record)
    t.equal(outcome.kind === 'redeemed' && outcome.rev.offset, entries[0]?.o)
  })

  await t.test('a code without nonce and challenge has none afterwards', async (t) => {
    const session = sampleSession(store)
    const code = codeOf(session)
    const { nonce, codeChallenge, ...record } = sampleCode(session)
    await codes.save(code, record, NOW)
    const outcome = await codes.redeem(code, 'orders', NOW)
    t.strictSame(outcome.kind === 'redeemed' && outcome.record, record)
  })

  await t.test('a code keeps what was asked for, and the key that must redeem it', async (t) => {
    const session = sampleSession(store)
    const code = codeOf(session)
    const record = sampleCode(session, ASKED)
    await codes.save(code, record, NOW)
    const outcome = await codes.redeem(code, 'orders', NOW)
    t.strictSame(outcome.kind === 'redeemed' && outcome.record, record)
  })

  await t.test('a code is redeemed at most once, even by 50 requests at once', async (t) => {
    const session = sampleSession(store)
    const code = codeOf(session)
    await codes.save(code, sampleCode(session), NOW)
    const outcomes = await fifty(() => codes.redeem(code, 'orders', NOW))
    t.strictSame(tally(outcomes), { redeemed: 1, replayed: 49 })
  })

  await t.test('another client gets unknown, and the code stays redeemable', async (t) => {
    const session = sampleSession(store)
    const code = codeOf(session)
    await codes.save(code, sampleCode(session), NOW)
    t.strictSame(await codes.redeem(code, 'reports', NOW), { kind: 'unknown' })
    t.equal((await codes.redeem(code, 'orders', NOW)).kind, 'redeemed')
    t.strictSame(await codes.redeem(code, 'reports', NOW), { kind: 'unknown' }, 'also when spent')
  })

  await t.test(
    'a code expires unredeemed, and is remembered for an hour when it was spent',
    async (t) => {
      const session = sampleSession(store)
      const [fresh, spent] = [codeOf(session), codeOf(session)]
      await codes.save(fresh, sampleCode(session), NOW)
      await codes.save(spent, sampleCode(session), NOW)
      t.equal((await codes.redeem(spent, 'orders', NOW + 59)).kind, 'redeemed')
      t.equal((await codes.redeem(fresh, 'orders', NOW + 60)).kind, 'unknown')
      const replay = await codes.redeem(spent, 'orders', NOW + 60 + 3599)
      const record = { clientId: 'orders', sid: session.sid }
      t.strictSame(replay, { kind: 'replayed', record })
      t.equal((await codes.redeem(spent, 'orders', NOW + 60 + 3600)).kind, 'unknown')
    },
  )

  await t.test('values of other kinds are no codes', async (t) => {
    const session = await livingSession(store)
    const code = codeOf(session)
    await store.oneTime.put('ticket', code, JSON.stringify(sampleCode(session)), 60, NOW)
    await store.oneTime.claim('jti', code, 60, NOW)
    for (const text of [
      code,
      session.sid,
      '',
      'c0_',
      code.slice(0, -1),
      code.replace('c', 'c99'),
    ]) {
      t.strictSame(await codes.redeem(text, 'orders', NOW), { kind: 'unknown' }, text)
    }
    await t.rejects(codes.save('no code', sampleCode(session), NOW), { code: 'code-text' })
  })
}
