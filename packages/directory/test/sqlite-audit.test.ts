import { createSecretKey } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { linkOf } from '../src/audit/audit-chain.ts'
import { readAuditLine } from '../src/audit/read-audit-line.ts'
import {
  type AuditRecord,
  type ChainHead,
  type ChainPart,
  chainedLines,
  type Directory,
  headText,
  openSqliteDirectory,
  readHead,
} from '../src/index.ts'
import { seededRandom, testClock } from './fixtures/open-directory.ts'
import { rowsOf, TAMPERINGS, write } from './fixtures/tamperings.ts'

const KEY = createSecretKey(Buffer.alloc(32, 7))
const BEGINNING: ChainHead = { id: 0, digest: '' }

const record = (members: Partial<AuditRecord> = {}): Omit<AuditRecord, 'id'> => ({
  at: 1_700_000_000,
  actor: { sub: 'u_1', clientId: 'console', address: '192.0.2.7', requestId: 'r.1' },
  action: 'user.update',
  target: 'user u_2',
  reason: 'admin',
  detail: { b: [1, -0.5, 1e21], a: '订单', ä: null },
  ...members,
})

/** A directory with a key, and its file behind its back. */
async function scene(t: Test, records: number) {
  const file = join(t.testdir({}), 'directory.sqlite')
  const open = () =>
    openSqliteDirectory({
      file,
      clock: testClock(),
      random: seededRandom(t.fullname),
      auditKey: KEY,
    })
  const directory = await open()
  for (let count = 1; count <= records; count++) {
    await directory.audit.append(record({ at: 1_700_000_000 + count, target: `t${count}` }))
  }
  const behind = new DatabaseSync(file)
  t.teardown(async () => {
    behind.close()
    await directory.close()
  })
  return { directory, audit: directory.audit, behind, open }
}

async function verified(audit: Directory['audit'], limit = 1000): Promise<ChainPart> {
  const part = await audit.verify({ after: BEGINNING, limit })
  if (part === undefined) throw new Error('the beginning is always there')
  return part
}

/** What somebody can do who may write to the database and has no key. */
function dropTriggers(behind: DatabaseSync): void {
  const triggers = behind.prepare("select name from sqlite_master where type = 'trigger'").all()
  for (const { name } of triggers) behind.exec(`drop trigger ${String(name)}`)
}

t.test('the database itself refuses to change and to take away audit records', async (t) => {
  const { behind, audit } = await scene(t, 3)
  const cases = [
    "update audit set reason = 'another' where id = 2",
    'delete from audit where id = 2',
    'delete from audit',
    'insert or replace into audit select * from audit where id = 2',
  ]
  for (const statement of cases) {
    t.throws(() => behind.exec(statement), /audit records stay as they are/, statement)
  }
  t.match(await verified(audit), { records: 3, isLast: true, head: { id: 3 } })
})

t.test('the chain is walked in parts, each from where the one before ended', async (t) => {
  const { audit } = await scene(t, 7)
  const heads: ChainHead[] = []
  let part = await verified(audit, 3)
  while (!part.isLast) {
    heads.push(part.head)
    const next = await audit.verify({ after: part.head, limit: 3 })
    t.ok(next)
    part = next as ChainPart
    t.equal(part.fault, undefined)
  }
  t.strictSame(
    heads.map(({ id }) => id),
    [3, 6],
  )
  t.strictSame(await audit.head(), part.head)
  t.equal(part.head.id, 7)
  t.strictSame(await audit.head(3), heads[0], 'of any record')
  const elsewhere = { id: 3, digest: heads[1]?.digest ?? '' }
  t.equal(await audit.verify({ after: elsewhere, limit: 3 }), undefined, 'only a place in it')
})

t.test('a head that was kept elsewhere shows that the chain before it is the same', async (t) => {
  const { audit, directory } = await scene(t, 5)
  const kept = await audit.head()
  t.strictSame(readHead(headText(kept)), kept)
  for (const bad of ['', '5', `5.${kept.digest}x`, `-5.${kept.digest}`])
    t.equal(readHead(bad), undefined)
  await directory.audit.append(record())
  const look = (known: ChainHead) => audit.verify({ after: BEGINNING, limit: 100, known })
  t.equal((await look(kept))?.holdsKnown, true)
  t.equal((await look({ ...kept, id: 4 }))?.holdsKnown, false)
  t.equal((await look({ ...kept, digest: 'x'.repeat(43) }))?.holdsKnown, false)
})

t.test('concurrent appends from several processes make one chain', async (t) => {
  const { audit, open } = await scene(t, 0)
  const others = await Promise.all(Array.from({ length: 4 }, open))
  t.teardown(() => Promise.all(others.map((one) => one.close())))
  const all = [audit, ...others.map((one) => one.audit)]
  await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      all[index % 5]?.append(record({ target: `t${index}` })),
    ),
  )
  t.match(await verified(audit), { records: 50, isLast: true, fault: undefined })
})

t.test('one bad record among many at once is refused alone', async (t) => {
  const { audit } = await scene(t, 0)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 9 }, (_, index) => audit.append(record({ at: index === 4 ? -1 : index }))),
  )
  t.strictSame(
    outcomes.flatMap(({ status }, index) => (status === 'rejected' ? [index] : [])),
    [4],
  )
  t.equal((await verified(audit)).records, 8)
})

t.test(
  'records from before there was a key are covered by the first one with a seal',
  async (t) => {
    const file = join(t.testdir({}), 'directory.sqlite')
    const parts = { file, clock: testClock(), random: seededRandom('x') }
    const without = await openSqliteDirectory(parts)
    for (const _ of 'abc') await without.audit.append(record())
    await without.close()
    const { audit, close } = await openSqliteDirectory({ ...parts, auditKey: KEY })
    t.teardown(close)
    t.match(await verified(audit), { fault: { kind: /^unsealed$/, id: 3 }, isLast: true })
    await audit.append(record())
    t.match(await verified(audit), { fault: undefined, records: 4 })
  },
)

t.test('whatever is done to the records, the first bad one is named', async (t) => {
  const RECORDS = 12
  const { behind, audit } = await scene(t, RECORDS)
  dropTriggers(behind)
  const rows = rowsOf(behind)
  const random = seededRandom('tampering')
  behind.exec('pragma synchronous = off')
  for (const { name, run } of TAMPERINGS) {
    const places = new Set([
      1,
      RECORDS - 1,
      ...random.bytes(6).map((byte) => 1 + (byte % (RECORDS - 1))),
    ])
    for (const at of places) {
      const bad = run(behind, rows, at)
      const { fault } = await verified(audit)
      t.equal(fault?.id, bad, `${name}, at ${at}: ${fault?.kind}`)
      behind.exec('begin; delete from audit; delete from audit_checkpoints')
      for (const row of rows) write(behind, row)
      behind.exec('commit')
    }
  }
  t.equal((await verified(audit)).fault, undefined, 'and as it was it is good')
})

async function linesOf(audit: Directory['audit'], query = {}): Promise<string[]> {
  const lines = await audit.lines({ after: 0, limit: 500, ...query })
  return lines.map(({ line }) => line)
}

function firstFault(lines: readonly string[]) {
  const chain = chainedLines()
  for (const line of lines) {
    const fault = chain.read(line)
    if (fault) return fault
  }
  return undefined
}

t.test('an export is canonical JSON, one line each, and is checked without a key', async (t) => {
  const { audit } = await scene(t, 3)
  const lines = await linesOf(audit)
  const [first = ''] = lines
  t.match(
    first,
    /^\{"action":"user\.update","actor":\{"address":"192\.0\.2\.7","client_id":"console",/,
  )
  t.match(first, '"detail":{"a":"订单","b":[1,-0.5,1e+21],"ä":null},')
  t.equal(firstFault(lines), undefined)
  t.equal(firstFault(lines.slice(1)), undefined, 'also from the middle')
})

t.test('an export of some seconds has no holes', async (t) => {
  const { audit } = await scene(t, 9)
  const ids = async (query: object) =>
    (await audit.lines({ after: 0, limit: 500, ...query })).map(({ id }) => id)
  const s = 1_700_000_000
  t.strictSame(await ids({ since: s + 3, until: s + 5 }), [3, 4, 5])
  t.strictSame(await ids({ since: s + 8 }), [8, 9])
  t.strictSame(await ids({ until: s + 2 }), [1, 2])
  t.strictSame(await ids({ until: s + 7, after: 5 }), [6, 7])
  t.strictSame(await ids({ since: s + 10 }), [])
  t.strictSame(await ids({ until: s }), [])
  t.strictSame(await ids({ limit: 2 }), [1, 2])
})

t.test('of 1,000 random changes to an export none is missed', async (t) => {
  const { audit } = await scene(t, 8)
  const lines = await linesOf(audit)
  const random = seededRandom('lines')
  const number = (below: number) => random.bytes(4).readUInt32LE() % below
  for (let round = 0; round < 1000; round++) {
    const at = number(lines.length)
    const line = lines[at] ?? ''
    const changed = [...lines]
    const kind = round % 5
    if (kind === 0) changed.splice(at, 1)
    else if (kind === 1) changed.splice(at, 0, lines[number(lines.length)] ?? '')
    else if (kind === 2)
      [changed[0], changed[1 + number(7)]] = [lines[1 + number(7)] ?? '', lines[0] ?? '']
    else {
      const place = number(line.length)
      const instead = String.fromCodePoint(32 + number(95))
      const end = kind === 3 ? place + 1 : place
      changed[at] = line.slice(0, place) + instead + line.slice(end)
    }
    if (changed.join('\n') === lines.join('\n')) continue
    // What is cut off at an end is no fault of what is left: whoever keeps the head knows.
    if (kind === 0 && (at === 0 || at === lines.length - 1)) continue
    t.ok(firstFault(changed), `round ${round}, kind ${kind}, line ${at + 1}`)
  }
})

t.test('other spellings of a line are refused, whatever JSON they are', async (t) => {
  const { audit } = await scene(t, 1)
  const [line = ''] = await linesOf(audit)
  t.ok(readAuditLine(line))
  const cases: [string, string][] = [
    ['a blank', line.replace(',', ', ')],
    ['a member twice', line.replace('"at":', '"at":1,"at":')],
    ['another member', line.replace('"id":', '"ic":0,"id":')],
    ['another order', line.replace(/^\{("action":"[^"]*"),(.*)\}$/, '{$2,$1}')],
    ['an escape', line.replace('user', '\\u0075ser')],
    ['another number', line.replace('"id":1', '"id":1.0')],
    ['an actor that is none', line.replace(/"actor":\{[^}]*\}/, '"actor":null')],
    ['a detail that is none', line.replace(/"detail":\{.*?\},/, '"detail":[],')],
    [
      'a detail that exhausts whoever reads it',
      line.replace(/"detail":\{.*?\},/, `"detail":${'{"a":'.repeat(9000)}1${'}'.repeat(9000)},`),
    ],
    ['too long', `${line}${' '.repeat(70_000)}`],
    ['nothing', ''],
  ]
  for (const [rule, text] of cases) t.equal(readAuditLine(text), undefined, rule)
})

t.test('pruning takes away the oldest, and what is left says who did it', async (t) => {
  const { audit, behind } = await scene(t, 6)
  const actor = { sub: 'u_9', address: '192.0.2.9' }
  const before = 1_700_000_004
  const head = await audit.head()
  t.strictSame(await audit.prune({ before, now: before, actor }), { removed: 3, through: 3 })
  t.match(await verified(audit), { records: 4, isLast: true, fault: undefined, head: { id: 7 } })
  t.equal((await audit.verify({ after: BEGINNING, limit: 9, known: head }))?.holdsKnown, true)
  const [newest] = await audit.list({ limit: 1 })
  t.match(newest, { action: 'audit.prune', actor, detail: { through: 3, records: 3 } })
  t.strictSame(await audit.prune({ before, now: before, actor }), { removed: 0, through: 0 })
  t.equal((await audit.list({ limit: 9 })).length, 4, 'and nothing is recorded of nothing')
  t.equal(firstFault(await linesOf(audit)), undefined)
  t.match(await audit.prune({ before: before + 9, now: before + 9, actor }), { removed: 4 })
  t.match(await verified(audit), { records: 1, isLast: true, fault: undefined })
  t.match(await audit.head(5), { id: 3 }, 'of what was pruned the last record is known')
  t.strictSame(await audit.head(2), { id: 0, digest: '' })
  t.throws(() => behind.exec('delete from audit'), /stay as they are/)
})

t.test('attack H6: foreign text in the details of a record is cleaned', async (t) => {
  const { audit } = await scene(t, 0)
  await audit.append(record({ detail: { 'a\u009b2J': ['\u202eevil', { x: 'a\nb' }] } }))
  const [stored] = await audit.list({ limit: 1 })
  t.strictSame(stored?.detail, { 'a\ufffd2J': ['\ufffdevil', { x: 'a\ufffdb' }] })
})

t.test('the example of the manual is good, with the key that the manual tells', (t) => {
  const manual = readFileSync(join(import.meta.dirname, '../../../docs/operate/audit.md'), 'utf8')
  const [, block = ''] = /^```jsonl\n(.*?)^```/ms.exec(manual) ?? []
  const lines = block.trimEnd().split('\n')
  t.equal(lines.length, 2)
  t.equal(firstFault(lines), undefined)
  for (const line of lines) {
    const read = readAuditLine(line)
    t.ok(read)
    if (read) t.strictSame(linkOf(read.facts, KEY), read.link)
  }
  t.end()
})
