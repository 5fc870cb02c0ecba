import t from 'tap'
import { runChaos } from '../src/index.ts'
import { programEnvironment } from './cluster/program-environment.ts'
import { testCluster } from './cluster/test-cluster.ts'

// Eighteen rounds take their time, and a busy machine takes longer to start what was killed.
t.setTimeout(400_000)

t.test(
  'two issuers, Redis with replicas and a sentinel, ten verifiers: every promise holds while each part is killed, frozen and cut off in turn',
  async (t) => {
    const plan = await testCluster(t, {
      faults: ['freeze', 'kill', 'cut'],
      sentinel: true,
      services: 10,
    })
    const report = await runChaos(plan, 11, {
      env: programEnvironment(),
      doing: () => {},
      finished: () => {},
    })
    t.strictSame(report.violations, [])
    t.equal(report.rounds.length, 18, 'eight processes twice, two links once')
    t.ok(
      report.rounds.every(({ ended }) => ended === 20),
      'every end was acknowledged',
    )
    t.ok(
      report.counts.lookedAtDead > 500,
      `${report.counts.lookedAtDead} requests with dead tokens`,
    )
  },
)
