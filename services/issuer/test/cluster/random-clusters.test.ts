import { once } from 'node:events'
import process from 'node:process'
import { Worker } from 'node:worker_threads'
import { SHARED_SERVER, testDatabases } from '@latchkey/directory/postgres-server'
import t from 'tap'

const COUNT = 1000
const THREADS = 2

interface Report {
  readonly faults: readonly unknown[]
  readonly applied: number
  /** Audit records, each of one entry that has changed. */
  readonly records: number
}

/** In threads of their own: the runner follows every promise, which would take three times as long. */
async function planned(from: number, to: number, url?: string): Promise<Report> {
  const file = new URL('../fixtures/plan-random-clusters.ts', import.meta.url)
  const [report] = await once(new Worker(file, { workerData: { from, to, url } }), 'message')
  return report
}

t.test(
  `nothing is left to plan after an apply and after an export, for ${COUNT} random clusters`,
  { timeout: 120_000 },
  async (t) => {
    const share = COUNT / THREADS
    const reports = await Promise.all(
      Array.from({ length: THREADS }, (_, thread) => planned(thread * share, (thread + 1) * share)),
    )
    t.strictSame(
      reports.flatMap(({ faults }) => faults),
      [],
    )
    t.equal(
      reports.reduce((sum, { applied }) => sum + applied, 0),
      COUNT,
    )
    for (const { records } of reports) t.ok(records > share, 'most of them changed something')
  },
)

t.test('and for 50 of them on PostgreSQL', { timeout: 120_000 }, async (t) => {
  const { url, giveBack } = await testDatabases(process.env[SHARED_SERVER]).empty()
  t.match(await planned(0, 50, url), { faults: [], applied: 50 })
  await giveBack()
})
