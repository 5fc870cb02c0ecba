import t from 'tap'
import { ledger, type Session } from '../src/ledger.ts'

const LEASE_MS = 1000

function session(facts: Partial<Session> = {}): Session {
  return {
    sid: 's0_a',
    audience: 'http://a',
    accessToken: 'token',
    refreshToken: 'refresh',
    expiresAt: 1000,
    doubtful: false,
    ...facts,
  }
}

const ENDED = { askedAtMs: 90, endedAtMs: 100 }

/** What is known of the session, when the request was sent, its answer, and what that breaks. */
const ANSWERS: [
  rule: string,
  facts: Partial<Session>,
  sentMs: number,
  status: number | undefined,
  broken: string[],
][] = [
  ['nobody has ended it', {}, 500, 200, []],
  ['its end was asked for and has not returned', { askedAtMs: 90 }, 9000, 200, []],
  ['sent before its end had returned', ENDED, 99, 200, []],
  ['sent within T', ENDED, 1099, 200, []],
  ['sent T after its end', ENDED, 1100, 200, ['dead_token_accepted']],
  ['any success is an acceptance', ENDED, 2000, 204, ['dead_token_accepted']],
  ['refused', ENDED, 1100, 401, []],
  ['closed', ENDED, 1100, 503, []],
  ['no answer', ENDED, 1100, undefined, []],
  ['nobody has ended it', {}, 500, 401, ['living_refused']],
  ['nobody has taken the right', {}, 500, 403, ['living_refused']],
  ['a service that cannot know closes', {}, 500, 503, []],
  ['an end was asked for', { askedAtMs: 90 }, 500, 401, []],
  ['its token has expired', { expiresAt: 14 }, 500, 401, []],
  ['its refresh was lost', { doubtful: true }, 500, 401, []],
]

t.test('every answer is held against what was promised', async (t) => {
  for (const [rule, facts, sentMs, status, broken] of ANSWERS) {
    const book = ledger(LEASE_MS)
    const it = session(facts)
    if (it.endedAtMs !== undefined) book.ended(it)
    book.saw({ session: it, sentMs, nowSeconds: 10, status })
    const found = book.violations.map(({ promise }) => promise)
    t.strictSame(found, broken, `${rule}: ${status} is ${broken.join() || 'no fault'}`)
  }
})

t.test('the longest time after an end at which a token was accepted is kept', async (t) => {
  const book = ledger(LEASE_MS)
  const it = session(ENDED)
  book.during('cut feed')
  book.ended(it)
  for (const [sentMs, status] of [
    [150, 200],
    [400, 200],
    [600, 401],
  ] as const) {
    book.saw({ session: it, sentMs, nowSeconds: 10, status })
  }
  t.strictSame(book.slowest, [{ audience: 'http://a', ms: 300, fault: 'cut feed' }])
})

t.test('a refused refresh breaks a promise to the living only', async (t) => {
  const book = ledger(LEASE_MS)
  book.refusedRefresh(session({ askedAtMs: 90 }), 'invalid_grant')
  book.refusedRefresh(session({ doubtful: true }), 'invalid_grant')
  t.strictSame(book.violations, [])
  book.refusedRefresh(session(), 'invalid_grant')
  book.refreshedDead(session(ENDED))
  book.unknown(session())
  t.strictSame(
    book.violations.map(({ promise, detail }) => [promise, detail]),
    [
      ['living_signed_out', 'invalid_grant'],
      ['dead_session_refreshed', 'after its end had been acknowledged'],
      ['living_signed_out', 'unknown when it was to be ended'],
    ],
  )
})

t.test('a thousand violations are told as a hundred', async (t) => {
  const book = ledger(LEASE_MS)
  for (let i = 0; i < 1000; i++) book.notRecovered('http://a', '503')
  t.equal(book.violations.length, 100)
})
