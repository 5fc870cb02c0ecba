import t from 'tap'
import { type ChaosReport, runChaos } from '../src/index.ts'
import { type ClusterWishes, testCluster } from './cluster/test-cluster.ts'

async function chaos(
  t: { teardown(work: () => void): void },
  wishes: ClusterWishes,
): Promise<ChaosReport> {
  const plan = await testCluster(t, wishes)
  return await runChaos(plan, 7, {
    env: { PATH: process.env['PATH'] },
    doing: () => {},
    finished: () => {},
  })
}

const broken = ({ violations }: ChaosReport) => [...new Set(violations.map((it) => it.promise))]

t.test('a real cluster keeps its promises while each part breaks in turn', async (t) => {
  const report = await chaos(t, { faults: ['cut', 'stall', 'freeze', 'kill'] })
  t.strictSame(report.violations, [])
  t.equal(report.rounds.length, 14, 'three links and four processes, twice each')
  t.ok(
    report.rounds.every(({ ended }) => ended === 4),
    'every end was acknowledged',
  )
  t.ok(report.counts.lookedAtDead > 100, `${report.counts.lookedAtDead} requests with dead tokens`)
})

t.test('a planted fault is found', async (t) => {
  for (const planted of ['ignores_entries', 'drops_entries'] as const) {
    const report = await chaos(t, { faults: ['delay'], rounds: 1, planted })
    t.match(broken(report), ['dead_token_accepted'], planted)
  }
  const report = await chaos(t, { faults: ['cut'], rounds: 2, planted: 'fails_open' })
  t.match(broken(report), ['dead_token_accepted'], 'fails_open')
})
