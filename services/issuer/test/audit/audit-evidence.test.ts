import { chainedLines, readHead } from '@latchkey/directory'
import { StoreUnavailable } from '@latchkey/protocol'
import t from 'tap'
import { auditLines } from '../../src/audit/audit-lines.ts'
import { keptRecords } from '../../src/ending/kept-records.ts'
import { ISSUER, testIssuer } from '../test-issuer.ts'

const issuer = await testIssuer()
t.teardown(() => issuer.close())
const { audit } = issuer.directory
const now = issuer.now()

async function send(method: 'GET' | 'POST', path: string, payload?: object) {
  const token = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
  const headers = { authorization: `Bearer ${token.json().access_token}` }
  const url = `/admin/v1/audit/${path}`
  return await issuer.app.inject({ method, url, headers, ...(payload && { payload }) })
}
const get = (path: string) => send('GET', path)

const old = now - 86_400
async function append(count: number, at: number): Promise<void> {
  const record = {
    at,
    actor: { sub: 'u_1' },
    action: 'end',
    target: 'x',
    reason: 'admin',
    detail: {},
  }
  await Promise.all(Array.from({ length: count }, () => audit.append(record)))
}

t.test('an export is the chain as JSON lines, with the record of the export itself', async (t) => {
  await append(700, old)
  const answer = await get('export')
  t.equal(answer.statusCode, 200)
  t.match(answer.headers['content-type'], 'application/jsonl')
  const lines = answer.body.trimEnd().split('\n')
  const chain = chainedLines()
  for (const line of lines) t.equal(chain.read(line), undefined)
  t.strictSame(chain.head, await audit.head())
  t.match(JSON.parse(lines.at(-1) ?? ''), {
    action: 'audit.export',
    actor: {
      sub: 'svc:operator',
      client_id: 'operator',
      address: '127.0.0.1',
      request_id: /^[0-9a-f]{18}\.\w+$/,
    },
  })
  await append(5, now + 1000)
  const later = (await get(`export?since=${now + 1000}`)).body.trimEnd().split('\n')
  t.equal(later.length, 6, 'and the record of this export')
  const { id } = await audit.head()
  const some = await get(`export?after=${id - 3}`)
  t.equal(some.body.trimEnd().split('\n').length, 4)
  t.equal((await get('export?since=yesterday')).statusCode, 400)
})

t.test('nothing is read ahead of a slow reader', async (t) => {
  let reads = 0
  const counted = {
    lines: async (query: Parameters<typeof audit.lines>[0]) => {
      reads += 1
      return audit.lines(query)
    },
  }
  const { id: through } = await audit.head()
  const lines = auditLines(counted, { after: 0, through })[Symbol.asyncIterator]()
  t.match(await lines.next(), { done: false })
  t.equal(reads, 1)
})

t.test('the log is verified part by part, and compared with a head that was kept', async (t) => {
  const kept = (await get('head')).json()
  t.strictSame(kept, await audit.head())
  t.strictSame((await get('head?id=5')).json(), await audit.head(5))
  await append(5, now)
  const known = `${kept.id}.${kept.digest}`
  let after = ''
  let records = 0
  let holdsKnown = false
  for (let parts = 0; parts < 9; parts++) {
    const answer = (await get(`verify?limit=300&known=${known}${after}`)).json()
    t.equal(answer.fault, undefined)
    records += answer.records
    holdsKnown ||= answer.holds_known
    after = `&after=${answer.head}`
    if (answer.last) {
      t.equal(answer.head, answer.newest)
      break
    }
  }
  t.equal(records, (await audit.head()).id)
  t.ok(holdsKnown)
  t.equal(readHead(known)?.id, kept.id)
  const elsewhere = await get(`verify?after=5.${'x'.repeat(43)}`)
  t.equal(elsewhere.statusCode, 409)
  t.equal(elsewhere.json().code, 'audit-head-unknown')
  t.equal((await get('verify?after=5')).statusCode, 400)
})

t.test('records younger than 90 days stay; older ones go, and that is recorded', async (t) => {
  const { id } = await audit.head()
  issuer.advance(100 * 86_400)
  const prune = (daysAgo: number) =>
    send('POST', 'prune', { before: issuer.now() - daysAgo * 86_400 })
  t.match((await prune(89)).json(), { code: 'audit-too-young' })
  t.strictSame((await prune(102)).json(), { removed: 0, through: 0 })
  t.strictSame((await prune(90)).json(), { removed: id, through: id })
  const [record] = await audit.list({ limit: 1 })
  t.match(record, { id: id + 1, action: 'audit.prune', actor: { sub: 'svc:operator' } })
  t.match((await get('verify')).json(), { last: true, records: 1, fault: undefined })
})

t.test('who may not see the log may not export it', async (t) => {
  const url = `${ISSUER}/admin/v1/audit/export`
  t.equal((await issuer.app.inject({ url })).statusCode, 401)
})

t.test('records of ends that SQL could not take are written when it is back', async (t) => {
  const written: string[] = []
  const said: string[] = []
  const timers: (() => void)[] = []
  let fault: Error | undefined = new StoreUnavailable('The directory')
  const late: string[] = []
  const records = keptRecords({
    late: async ({ target }) => {
      late.push(target)
      if (target === 'first') throw new StoreUnavailable('The store')
    },
    audit: {
      append: async (record) => {
        if (fault) throw fault
        written.push(record.target)
      },
    },
    scheduler: {
      after: (_, task) => {
        timers.push(task)
        return () => timers.splice(0)
      },
    },
    log: { error: (_, message) => said.push(message) },
  })
  const record = (target: string) => {
    return records.append({
      ...{ at: 1, actor: { sub: 'u_1' }, action: 'end', target },
      ...{ reason: 'admin', detail: {} },
    })
  }
  const pass = async () => {
    for (const task of timers.splice(0)) task()
    await new Promise(setImmediate)
  }
  await record('first')
  await record('second')
  t.strictSame([timers.length, said], [1, ['end not audited yet', 'end not audited yet']])
  await pass()
  t.strictSame([written, timers.length], [[], 1], 'still away')
  fault = undefined
  await pass()
  t.strictSame([written, timers.length], [['first', 'second'], 0], 'in their order')
  t.strictSame(late, written, 'and it is looked at whether the log has them still')

  fault = new StoreUnavailable('The directory')
  await record('third')
  await record('fourth')
  fault = new TypeError('a mistake')
  await t.rejects(record('fifth'), TypeError, 'what is refused for itself is not kept')
  await pass()
  fault = undefined
  await pass()
  t.strictSame(written.slice(2), ['fourth'], 'one that is refused keeps no other one')
  fault = new StoreUnavailable('The directory')
  await record('sixth')
  fault = new TypeError('a mistake')
  await pass()
  fault = new StoreUnavailable('The directory')
  await record('seventh')
  t.equal(
    timers.length,
    1,
    'one at a time writes what is kept, also behind a last one that is refused',
  )
  for (const task of timers.splice(0)) task()
  records.stop()
  await new Promise(setImmediate)
  t.strictSame([timers.length, said.at(-1)], [0, 'end not audited'], 'the log has what is left')
})
