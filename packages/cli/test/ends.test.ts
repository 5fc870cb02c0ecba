import { PassThrough } from 'node:stream'
import t from 'tap'
import type { Terminal } from '../src/command.ts'
import { liveLines } from '../src/live-lines.ts'
import { fakeIssuer, type Reply, runLine, type Seen, TOKEN_REPLY } from './fixtures/stand-ins.ts'

const SID = `s0_${'x'.repeat(22)}`
const ID = 'A'.repeat(22)
const CLOSED_BY = '2026-11-23T05:00:05.200Z'
const line = (instance: string, state: string, after_ms?: number) => ({
  instance: `${instance}-and-more`,
  audience: `https://${instance}.example`,
  state,
  ...(after_ms === undefined ? { closed_by: CLOSED_BY } : { after_ms }),
})
const operation = (change: object = {}) => ({
  id: ID,
  state: 'done',
  ended: true,
  closed_by: CLOSED_BY,
  verifiers: [],
  counts: { applied: 0, waiting: 0, offline: 0 },
  ...change,
})
const WAITING = operation({
  verifiers: [line('slow', 'waiting'), line('quick', 'applied', 1.5)],
  counts: { applied: 1, waiting: 1, offline: 0 },
})
const APPLIED = operation({
  verifiers: [line('slow', 'applied', 812.4), line('quick', 'applied', 1.5)],
  counts: { applied: 2, waiting: 0, offline: 0 },
})
const OFFLINE = operation({
  verifiers: [line('gone', 'offline'), line('quick', 'applied', 1.5)],
  counts: { applied: 1, waiting: 0, offline: 1 },
})
const PREVIEW = {
  sessions: 12,
  users: 9,
  clients: 3,
  services: 2,
  verifiers: [1, 2],
  complete: true,
}

/** An issuer whose operation becomes something else each time that it is asked for. */
async function issuerOf(
  t: { teardown(end: () => void): void },
  states: object[],
  preview: object = PREVIEW,
) {
  const left = [...states]
  const next = (): Reply => ({ body: left.length > 1 ? left.shift() : left[0] })
  const issuer = await fakeIssuer({
    ...TOKEN_REPLY,
    'POST /admin/v1/ends': next,
    [`GET /admin/v1/ends/${ID}`]: next,
    'POST /admin/v1/ends/preview': { body: preview },
  })
  t.teardown(issuer.close)
  return issuer
}

const bodies = (seen: readonly Seen[]) =>
  seen.filter(({ line }) => line.startsWith('POST /admin')).map(({ body }) => JSON.parse(body))

t.test('with --wait every verifier has a line', async (t) => {
  const rows: [name: string, states: object[], code: number, out: string[], err: RegExp][] = [
    [
      'all have applied it',
      [WAITING, WAITING, APPLIED],
      0,
      [
        'applied     https://slow.example slow-a                 after 812.4 ms',
        'applied     https://quick.example quick-                after 1.5 ms',
        'Ended. No service accepts it after 2026-11-23 05:00:06.',
        '',
      ],
      /^$/,
    ],
    [
      'one is offline',
      [OFFLINE],
      1,
      [
        'offline     https://gone.example gone-a                 closed by 05:00:06',
        'applied     https://quick.example quick-                after 1.5 ms',
        'Ended. No service accepts it after 2026-11-23 05:00:06.',
        '',
      ],
      /Verifiers that have not confirmed: 1\. Their leases end at 2026-11-23 05:00:06/,
    ],
  ]
  for (const [name, states, code, out, err] of rows) {
    await t.test(name, async (t) => {
      const issuer = await issuerOf(t, states)
      const ran = await runLine(['sessions', 'end', SID, '--wait'], { env: issuer.env })
      t.equal(ran.code, code)
      t.strictSame(ran.out.split('\n'), out)
      t.match(ran.err, err)
    })
  }
})

t.test('without --wait nobody waits, and --json has everything', async (t) => {
  const issuer = await issuerOf(t, [WAITING])
  const ran = await runLine(['sessions', 'end', SID], { env: issuer.env })
  t.match(ran, { code: 0, out: /^Ended\.[^\n]+\n$/, err: '' })
  t.strictSame(issuer.lines(), ['POST /token', 'POST /admin/v1/ends'])
  const json = await runLine(['sessions', 'end', SID, '--json', '--wait'], {
    env: (await issuerOf(t, [WAITING, OFFLINE])).env,
  })
  t.equal(json.code, 1)
  const target = { kind: 'session', sid: SID }
  t.strictSame(JSON.parse(json.out), { target, ...OFFLINE })
})

t.test('what concerns many is counted first, and confirmed', async (t) => {
  const rows: [args: string, target: object][] = [
    ['--client orders', { kind: 'client', client_id: 'orders' }],
    ['--service https://a.example', { kind: 'service', audience: 'https://a.example' }],
    ['--all', { kind: 'all' }],
    [
      '--before 2026-11-23T05:00Z',
      { kind: 'signed_in_before', at: Date.UTC(2026, 10, 23, 5) / 1000 },
    ],
    [
      '--before 2026-11-23T05:00:07+08:00',
      { kind: 'signed_in_before', at: Date.UTC(2026, 10, 22, 21, 0, 7) / 1000 },
    ],
  ]
  for (const [args, target] of rows) {
    const issuer = await issuerOf(t, [operation()], { ...PREVIEW, confirm: 'word' })
    const { env } = issuer
    const asked = await runLine(['sessions', 'end', ...args.split(' ')], { env })
    t.match(asked, { code: 2, out: '', err: /use --yes/ }, args)
    t.match(
      asked.err.replaceAll('\n', ' '),
      'sessions: 12, users: 9, clients: 3, services: 2. Verifiers that will hear of it: 2.',
    )
    t.strictSame(bodies(issuer.seen), [{ target }], 'nothing has ended')
    t.equal((await runLine(['sessions', 'end', ...args.split(' '), '--yes'], { env })).code, 0)
    t.strictSame(bodies(issuer.seen).slice(1), [{ target }, { target, confirm: 'word' }])
  }
  const many = await issuerOf(t, [operation()], { ...PREVIEW, complete: false })
  const ran = await runLine(['sessions', 'end', '--all', '--yes'], { env: many.env })
  t.match(
    ran.err.replaceAll('\n', ' '),
    'more than could be counted. This concerns at least sessions: 12',
  )
})

t.test('on a terminal the question wants a yes', async (t) => {
  const rows: [typed: string, code: number][] = [
    ['yes\n', 0],
    ['Y\n', 0],
    ['是\n', 0],
    ['no\n', 1],
    ['\n', 1],
    ['yesterday\n', 1],
    ['', 1],
  ]
  for (const [typed, code] of rows) {
    const issuer = await issuerOf(t, [operation()])
    const stdin = Object.assign(new PassThrough(), { isTTY: true })
    stdin.end(typed)
    const given = { env: issuer.env, stdin: stdin as unknown as Terminal['stdin'] }
    const ran = await runLine(['sessions', 'end', '--all'], given)
    t.equal(ran.code, code, JSON.stringify(typed))
    t.equal(bodies(issuer.seen).length, code === 0 ? 2 : 1)
  }
})

t.test('a scan is followed to its end', async (t) => {
  const running = (done: number) =>
    operation({ state: 'running', done, total: 40, ended: false, closed_by: undefined })
  const end = ['sessions', 'end', '--before', '2026-11-23T05:00Z', '--yes']
  const issuer = await issuerOf(t, [running(0), running(10), operation({ done: 40, total: 40 })])
  const ran = await runLine(end, { env: issuer.env })
  t.match(ran, { code: 0, out: /^Sessions ended: 40\nEnded\./ })
  const broken = await issuerOf(t, [running(0), { ...running(7), state: 'interrupted' }])
  const stopped = await runLine(end, { env: broken.env })
  t.match(stopped, { code: 1, err: /Interrupted after 7 sessions/ })
  const nobody = await issuerOf(t, [operation({ ended: false, done: 0 })])
  t.match(await runLine(end, { env: nobody.env }), { code: 1, err: /nothing matches/ })
})

t.test('a command line that cannot be meant ends nothing', async (t) => {
  const rows: [args: string[], says: RegExp][] = [
    [['--all', '--client', 'x'], /needs either/],
    [[SID, '--all'], /needs either/],
    [['--before', 'yesterday'], /not a time/],
    [['--before', '2026-13-23'], /not a time/],
    [['--before', '2026-11-23T05'], /not a time/],
  ]
  for (const [args, says] of rows) {
    t.match(await runLine(['sessions', 'end', ...args]), { code: 2, out: '', err: says })
  }
})

const VERIFIERS = {
  complete: true,
  verifiers: [
    {
      audience: 'https://a.example',
      instance: 'aaaaaaaaaaaa',
      process: 'PPPPPPPPPP',
      connected: true,
      lag_entries: 0,
    },
    {
      audience: 'https://a.example',
      instance: 'bbbbbbbbbbbb',
      process: 'PPPPPPPPPP',
      connected: true,
      lag_entries: 7,
    },
    { audience: 'https://b.example', instance: 'cccccccccccc', process: 'Q', connected: true },
    {
      audience: `https://${'long.'.repeat(20)}example`,
      instance: 'dddd\u001b[31m',
      process: 'Q',
      connected: false,
      gone_at: Date.UTC(2026, 10, 23, 4, 53) / 1000,
    },
  ],
}
t.test('verifiers are listed, and how each of them is', async (t) => {
  const reply = { 'GET /admin/v1/verifiers': { body: VERIFIERS } }
  const issuer = await fakeIssuer({ ...TOKEN_REPLY, ...reply })
  t.teardown(issuer.close)
  const ran = await runLine(['verifiers', 'list'], { env: issuer.env })
  t.equal(
    ran.out,
    [
      'SERVICE                             INSTANCE  ISSUER    STATE',
      'https://a.example                   aaaaaaa…  PPPPPPP…  up to date',
      'https://a.example                   bbbbbbb…  PPPPPPP…  7 behind',
      'https://b.example                   ccccccc…  Q         not placed yet',
      'https://long.long.long.long.long.…  dddd\ufffd[3…  Q         gone 11-23 04:53',
      '',
    ].join('\n'),
  )
  const json = await runLine(['verifiers', 'list', '--json'], { env: issuer.env })
  t.strictSame(JSON.parse(json.out), VERIFIERS)
})

t.test('lines on a terminal are drawn over, and in a log there are none', async (t) => {
  for (const isTTY of [true, false]) {
    let written = ''
    const live = liveLines({ isTTY, write: (text) => (written += text) })
    live.show(['one', 'two'])
    live.show(['three'])
    live.clear()
    live.clear()
    live.show(Array.from({ length: 30 }, () => 'x'))
    const twenty = 'x\n'.repeat(20)
    const drawn = `one\ntwo\n\u001b[2A\u001b[Jthree\n\u001b[1A\u001b[J${twenty}`
    t.equal(written, isTTY ? drawn : '')
  }
})
