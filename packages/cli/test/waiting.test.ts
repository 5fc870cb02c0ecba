import { PassThrough } from 'node:stream'
import t from 'tap'
import type { Terminal } from '../src/command.ts'
import { sayIn } from '../src/messages/text.ts'
import { withProgress } from '../src/progress.ts'
import { fakeIssuer, runLine, TOKEN_REPLY } from './fixtures/stand-ins.ts'

/** A terminal that somebody types into; `typed` are the bursts in which the keys arrive. */
function typing(typed: string[]) {
  const modes: boolean[] = []
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (on: boolean) => {
      modes.push(on)
      const keys = on ? typed.shift() : undefined
      if (keys !== undefined) setImmediate(() => stdin.write(keys))
    },
  })
  return { stdin: stdin as unknown as Terminal['stdin'], modes }
}

t.test('a password is asked for twice, without showing it', async (t) => {
  const cases: [typed: string[], code: number, password: string | undefined, says?: RegExp][] = [
    [['correct horse\r', 'correct horse\r'], 0, 'correct horse'],
    [['co\u007forrect\b\u007fct\n', 'correct\n'], 0, 'correct'],
    [['wrong\u0015pässwörd会\r', 'pässwörd会\r'], 0, 'pässwörd会'],
    [['one\r', 'other\r'], 1, undefined, /not the same/],
    [['\r'], 1, undefined, /empty/],
    [['abc\u0003'], 1, undefined, /Cancelled/],
  ]
  for (const [typed, code, password, says] of cases) {
    const issuer = await fakeIssuer({
      ...TOKEN_REPLY,
      'POST /admin/v1/users': { status: 201, body: { sub: 'u_1', username: 'ada' } },
    })
    const { stdin, modes } = typing([...typed])
    const ran = await runLine(['users', 'add', 'ada'], { env: issuer.env, stdin })
    issuer.close()
    const shown = ran.out + ran.err
    if (says === undefined) {
      t.equal(ran.code, code, JSON.stringify(typed))
      t.equal(JSON.parse(issuer.seen.at(-1)?.body ?? '{}').password, password)
    } else {
      t.equal(ran.code, 1, JSON.stringify(typed))
      t.match(ran.err, says)
      t.equal(issuer.seen.length, 0, 'the issuer was not asked')
    }
    t.notMatch(shown, /orrect|pässw/, 'nothing that was typed is shown')
    t.match(ran.err, /^Password: \n/)
    t.equal(modes.at(-1), false, 'the terminal is left as it was')
  }
})

t.test('a user is deleted after a yes, or with --yes, and not otherwise', async (t) => {
  const sub = `u_${'0'.repeat(26)}`
  const rows: [typed: string | undefined, code: number, says: RegExp][] = [
    ['yes\n', 0, /^Delete ada \(u_0{26}\) for good\? \(yes\/no\) $/],
    ['no\n', 1, /Cancelled/],
    [undefined, 2, /use --yes/],
  ]
  for (const [typed, code, says] of rows) {
    const issuer = await fakeIssuer({
      ...TOKEN_REPLY,
      [`GET /admin/v1/users/${sub}`]: { body: { sub, username: 'ada' } },
      [`DELETE /admin/v1/users/${sub}`]: { status: 204 },
    })
    const stdin = Object.assign(new PassThrough(), { isTTY: typed !== undefined })
    stdin.end(typed)
    const given = { env: issuer.env, stdin: stdin as unknown as Terminal['stdin'] }
    const ran = await runLine(['users', 'remove', sub], given)
    issuer.close()
    t.match(ran, { code, err: says })
    t.equal(issuer.lines().includes(`DELETE /admin/v1/users/${sub}`), code === 0)
  }
})

t.test('without a terminal the password has to come from standard input', async (t) => {
  const issuer = await fakeIssuer(TOKEN_REPLY)
  t.teardown(issuer.close)
  const { env } = issuer
  t.match(await runLine(['users', 'add', 'ada'], { env }), { code: 2, err: /--password-stdin/ })
  const empty = await runLine(['users', 'add', 'ada', '--password-stdin'], { env, stdin: '\n' })
  t.match(empty, { code: 1, err: /empty/ })
  const stdin = 'correct horse\nurl: https://sso.example.com\n'
  const notes = await runLine(['users', 'add', 'ada', '--password-stdin'], { env, stdin })
  t.match(notes, { code: 2, err: /has 2 lines\..*\[password-lines\]/s })
  t.strictSame(issuer.lines(), [], 'nothing was asked for')
})

t.test('what takes longer than two seconds says so', async (t) => {
  const say = sayIn({})
  for (const isTTY of [true, false]) {
    let nowMs = 0
    let written = ''
    const work = Promise.withResolvers<string>()
    const stderr = {
      isTTY,
      write: (text: string) => {
        written += text
        // Three times is enough to see that it counts, or that it does not.
        if (isTTY ? written.split('…').length > 3 : nowMs > 4000) work.resolve('done')
      },
    }
    const now = () => {
      nowMs += 500
      if (nowMs > 20_000) work.resolve('done')
      return nowMs
    }
    t.equal(await withProgress(work.promise, { terminal: { stderr, now }, say }, 20), 'done')
    if (isTTY) {
      t.ok(written.startsWith('\r\u001b[KWaiting for the issuer … '), written)
      t.ok(written.endsWith('\r\u001b[K'), 'nothing is left')
    } else t.equal(written.split('\n').length, 2, 'one line in a log')
  }
  let written = ''
  const stderr = { isTTY: true, write: (text: string) => (written += text) }
  await withProgress(Promise.resolve(1), { terminal: { stderr, now: () => 0 }, say })
  t.equal(written, '', 'quick work is quiet')
})
