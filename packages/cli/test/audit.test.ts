import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Directory, headText, openSqliteDirectory } from '@latchkey/directory'
import { systemClock, systemRandom } from '@latchkey/protocol'
import t from 'tap'
import {
  fakeIssuer,
  NOW_MS,
  type Reply,
  runLine,
  type Seen,
  TOKEN_REPLY,
} from './fixtures/stand-ins.ts'

const RECORDS = 9

async function logOf(count: number): Promise<Directory> {
  const directory = await openSqliteDirectory({
    file: ':memory:',
    clock: systemClock,
    random: systemRandom,
  })
  t.teardown(() => directory.close())
  for (let n = 1; n <= count; n++) {
    await directory.audit.append({
      ...{ at: NOW_MS / 1000, actor: { sub: 'u_1' }, action: 'end', reason: 'admin' },
      ...{ target: `user u_${n}`, detail: {} },
    })
  }
  return directory
}

const { audit } = await logOf(RECORDS)
const lines = (await audit.lines({ after: 0, limit: 500 })).map(({ line }) => line)
const head = headText(await audit.head())

/** Answers about heads as the issuer does, from the log above. */
const heads: Record<string, Reply> = { 'GET /admin/v1/audit/head': { body: await audit.head() } }
for (let id = 1; id <= RECORDS; id++) {
  heads[`GET /admin/v1/audit/head?id=${id}`] = { body: await audit.head(id) }
}

async function run(argv: string[], replies: Record<string, Reply | ((seen: Seen) => Reply)> = {}) {
  const issuer = await fakeIssuer({ ...TOKEN_REPLY, ...heads, ...replies })
  const ran = await runLine(argv, { env: { ...issuer.env, LANG: 'C' } })
  issuer.close()
  return { ...ran, lines: issuer.lines() }
}

t.test('audit list is a table for people, and everything for programs', async (t) => {
  const row = {
    ...{ id: 9, at: NOW_MS / 1000, action: 'user.create', reason: 'admin', detail: {} },
    actor: { sub: 'u_\u001b[2J', address: '192.0.2.1' },
    target: 'user u_2',
  }
  const query = `limit=50&action=user.create&since=${Date.UTC(2026, 10, 23) / 1000}`
  const reply = { [`GET /admin/v1/audit?${query}`]: { body: { records: [row] } } }
  const argv = ['audit', 'list', '--action', 'user.create', '--since', '2026-11-23T00:00Z']
  argv[5] = '2026-11-23 00:00Z'
  const { out, code } = await run(argv, reply)
  t.equal(code, 0)
  t.equal(
    out,
    [
      'TIME              ACTION                BY                          ABOUT',
      '2026-11-23 05:00  user.create           u_\ufffd[2J                      user u_2',
      '',
    ].join('\n'),
  )
  t.same(JSON.parse((await run([...argv, '--json'], reply)).out), { records: [row] })
})

t.test('audit export writes a new file for its owner, or standard output', async (t) => {
  const folder = t.testdir({ old: '' })
  const body = lines.map((line) => `${line}\n`).join('')
  const reply = {
    'GET /admin/v1/audit/export': { body, headers: { 'content-type': 'application/jsonl' } },
  }
  const file = join(folder, 'audit.jsonl')
  const { out, code } = await run(['audit', 'export', file], reply)
  t.match({ out, code }, { out: `9 records written to ${file}.\n`, code: 0 })
  t.equal(readFileSync(file, 'utf8'), body)
  t.equal(statSync(file).mode & 0o777, 0o600)
  t.equal((await run(['audit', 'export'], reply)).out, body)
  const again = await run(['audit', 'export', join(folder, 'old')], reply)
  t.match(again, { code: 2, err: /EEXIST/ })
  t.equal(readFileSync(join(folder, 'old'), 'utf8'), '', 'another file stays')
  const failed = join(folder, 'failed')
  const down = { 'GET /admin/v1/audit/export': { status: 503, body: {} } }
  t.match(await run(['audit', 'export', failed], down), { code: 3 })
  t.notOk(existsSync(failed), 'no file that looks like an empty log')
})

t.test('audit verify walks through the whole log, and tells what it found', async (t) => {
  const [, middle = ''] = (await audit.head(4).then(headText)).split('.')
  const first = { records: 4, head: `4.${middle}`, newest: head, last: false, holds_known: true }
  const last = { records: 5, head, newest: head, last: true, holds_known: false }
  const known = encodeURIComponent(`2.${'x'.repeat(43)}`)
  const replies = {
    'GET /admin/v1/audit/verify': { body: first },
    [`GET /admin/v1/audit/verify?after=4.${middle}`]: { body: last },
    [`GET /admin/v1/audit/verify?known=${known}`]: { body: first },
    [`GET /admin/v1/audit/verify?known=${known}&after=4.${middle}`]: { body: last },
  }
  const good = await run(['audit', 'verify'], replies)
  t.match(good, { code: 0, out: `9 records, and nothing is missing or changed. Newest: ${head}\n` })
  const kept = await run(['audit', 'verify', '--since-head', `2.${'x'.repeat(43)}`], replies)
  t.match(kept, { code: 0, out: /Everything up to the head that you have kept is there/ })
  const forgotten = {
    ...replies,
    'GET /admin/v1/audit/verify': { body: { ...last, holds_known: false } },
  }
  const asked = {
    [`GET /admin/v1/audit/verify?known=${known}`]: forgotten['GET /admin/v1/audit/verify'],
  }
  const lost = await run(['audit', 'verify', '--since-head', `2.${'x'.repeat(43)}`], {
    ...forgotten,
    ...asked,
  })
  t.match(lost, { code: 1, err: /is not in the log/ })
  for (const kind of ['missing', 'changed', 'unsealed', 'cut', 'truncated']) {
    const fault = { ...first, fault: { kind, id: 17 } }
    const bad = await run(['audit', 'verify'], { 'GET /admin/v1/audit/verify': { body: fault } })
    t.match(bad, { code: 1, err: /17/ }, kind)
  }
  for (const fault of [
    { kind: 'headLost', id: 17 },
    { kind: 'toString', id: 17 },
    { kind: 'cut' },
    1,
  ]) {
    const told = { 'GET /admin/v1/audit/verify': { body: { ...first, fault } } }
    const bad = await run(['audit', 'verify'], told)
    t.match(bad, { code: 1, err: /\[not-an-issuer\]/ }, JSON.stringify(fault))
  }
  t.match(await run(['audit', 'verify', '--since-head', '5']), { code: 2, err: /no head/ })
})

t.test('audit verify FILE names the first bad line', async (t) => {
  const cases: [name: string, text: string[], says: RegExp][] = [
    [
      'a changed one',
      lines.with(3, lines[3]?.replace('u_4', 'u_5') ?? ''),
      /Record 4 was changed \(line 4/,
    ],
    ['a removed one', lines.toSpliced(5, 1), /Record 6 is missing.*\(line 6/s],
    ['an inserted one', lines.toSpliced(2, 0, lines[0] ?? ''), /Record 3 is missing.*\(line 3/s],
    ['foreign text', lines.with(8, 'x'), /no line as the issuer\s+writes it \(line 9/],
  ]
  for (const [name, text, says] of cases) {
    const file = join(t.testdir(), 'audit.jsonl')
    writeFileSync(file, text.join('\n'))
    t.match(await run(['audit', 'verify', file]), { code: 1, err: says }, name)
  }
  t.match(await run(['audit', 'verify', '/nowhere']), { code: 2, err: /ENOENT/ })
})

t.test('a file is compared with the log, and the first record that differs is found', async (t) => {
  const folder = t.testdir({ 'audit.jsonl': lines.slice(2).join('\n') })
  const file = join(folder, 'audit.jsonl')
  t.match(await run(['audit', 'verify', file]), { code: 0, out: /agrees with the log/ })
  const offline = await run(['audit', 'verify', file, '--offline', '--json'])
  t.same(JSON.parse(offline.out), { intact: true, records: 7, head })
  t.strictSame(offline.lines, [])
  const kept = headText(await audit.head(5))
  t.match(await run(['audit', 'verify', file, '--since-head', kept]), { code: 0 })
  t.match(await run(['audit', 'verify', file, '--since-head', `4.${'x'.repeat(43)}`]), { code: 1 })
  for (let differs = 3; differs <= RECORDS; differs++) {
    const foreign = Object.fromEntries(
      Array.from({ length: RECORDS + 1 - differs }, (_, index) => [
        `GET /admin/v1/audit/head?id=${differs + index}`,
        { body: { id: differs + index, digest: 'x'.repeat(43) } },
      ]),
    )
    const bad = await run(['audit', 'verify', file], foreign)
    t.match(bad, { code: 1, err: new RegExp(`differ from record ${differs}\\b`) })
  }
  const gone = { [`GET /admin/v1/audit/head?id=${RECORDS}`]: { body: { id: 0, digest: '' } } }
  t.match(await run(['audit', 'verify', file], gone), { code: 0, out: /no longer has these/ })
})

t.test(
  'audit head prints one line to keep; audit prune goes on until nothing is left',
  async (t) => {
    t.equal((await run(['audit', 'head'])).out, `${head}\n`)
    const left = [10_000, 17, 0]
    const pruned = await run(['audit', 'prune', '--before', '2026-01-01', '--yes'], {
      'POST /admin/v1/audit/prune': () => ({ body: { removed: left.shift(), through: 1 } }),
    })
    t.match(pruned, { code: 0, out: '10017 records are gone.\n' })
    t.match(await run(['audit', 'prune', '--before', '2026-01-01']), { code: 2, err: /--yes/ })
  },
)
