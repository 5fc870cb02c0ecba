import t from 'tap'
import { type ChaosReport, runChaos } from '../src/index.ts'
import { programEnvironment } from './cluster/program-environment.ts'
import { type ClusterWishes, testCluster } from './cluster/test-cluster.ts'

// Rounds of real time, on a machine that may be busy.
t.setTimeout(400_000)

async function chaos(
  t: { teardown(work: () => void): void },
  wishes: ClusterWishes,
  seed = 7,
): Promise<ChaosReport> {
  const plan = await testCluster(t, wishes)
  const env = programEnvironment()
  return await runChaos(plan, seed, { env, doing: () => {}, finished: () => {} })
}

/** A seed whose first fault befalls the feeds of an issuer. */
const FEEDS_FIRST = 7

const broken = ({ violations }: ChaosReport) => [...new Set(violations.map((it) => it.promise))]

t.test('every promise holds while links break, and one Redis', async (t) => {
  const report = await chaos(t, { faults: ['cut', 'stall', 'delay'] })
  t.strictSame(report.violations, [])
  t.equal(report.rounds.length, 9, 'three links, three ways')
  t.ok(
    report.rounds.every(({ ended }) => ended === 4),
    'every end was acknowledged',
  )
  t.ok(report.counts.lookedAtDead > 100, `${report.counts.lookedAtDead} requests with dead tokens`)
})

t.test('planted faults are found: a verifier that ignores entries', async (t) => {
  const report = await chaos(t, { faults: ['delay'], rounds: 1, planted: 'ignores_entries' })
  t.strictSame(broken(report), ['dead_token_accepted'])
})

t.test('planted faults are found: an issuer that drops an entry', async (t) => {
  const report = await chaos(t, { faults: ['delay'], rounds: 1, planted: 'drops_entries' })
  t.strictSame(broken(report), ['dead_token_accepted'])
})

t.test('planted faults are found: a verifier that fails open', async (t) => {
  const report = await chaos(t, { faults: ['cut'], rounds: 1, planted: 'fails_open' }, FEEDS_FIRST)
  t.match(report.rounds, [{ fault: 'cut feeds 0' }], 'only one whose feed is broken shows it')
  t.strictSame(broken(report), ['dead_token_accepted'])
})
