import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import t from 'tap'
import { SEED_THREAD } from '../src/command/run-seeds.ts'
import { runSeeds, simulate } from '../src/index.ts'
import { MUTANTS, type Mutant, SURVIVED } from './fixtures/mutants.ts'

const ROOT = new URL('../../../', import.meta.url).href
const SEEDS = 10_000
const SEEDS_FOR_A_MUTANT = 1000

// Longer than other files may take: the seeds want both processors for about a minute.
t.setTimeout(600_000)

t.test('the same seed is the same run, to the last event', async (t) => {
  for (const seed of [3, 27, 1525]) {
    const first = await simulate(seed, { keepTrace: true })
    const second = await simulate(seed, { keepTrace: true })
    t.equal(first.digest, second.digest)
    t.strictSame(first.lines, second.lines)
    t.ok(first.lines.length > 20, 'something happens')
  }
  const digests = new Set<string>()
  for (let seed = 1; seed <= 20; seed++) digests.add((await simulate(seed)).digest)
  t.equal(digests.size, 20, 'and another seed is another run')
})

t.test(`invariants hold under faults: ${SEEDS} seeds`, { timeout: 600_000 }, async (t) => {
  const failed: unknown[] = []
  const sum = { done: 0, asked: 0, ends: 0 }
  await runSeeds({ first: 1, count: SEEDS, threads: 2 }, (progress) => {
    failed.push(...progress.failed)
    sum.done += progress.done
    sum.asked += progress.asked
    sum.ends += progress.ends
  })
  t.strictSame(failed, [], 'npm run simulate -- --seed N --trace shows how')
  t.equal(sum.done, SEEDS)
  t.ok(sum.ends > 2 * SEEDS, `${sum.ends} ends have returned`)
  t.ok(sum.asked > 50 * SEEDS, `${sum.asked} answers were compared with the truth`)
})

async function outcomeOf(mutant: Mutant, seeds: number, breaks = /./) {
  const file = new URL('./fixtures/find-mutant.ts', import.meta.url)
  const worker = new Worker(file, {
    workerData: { mutant, root: ROOT, seeds, breaks },
    resourceLimits: SEED_THREAD,
  })
  const [outcome] = await once(worker, 'message')
  return outcome as 'survived' | { seed: number; violation: string }
}

t.test('a planted fault is found', { timeout: 600_000 }, async (t) => {
  for (const mutant of MUTANTS) {
    const outcome = await outcomeOf(mutant, SEEDS_FOR_A_MUTANT)
    t.not(outcome, 'survived', mutant.name)
    if (outcome !== 'survived') t.comment(`seed ${outcome.seed}: ${outcome.violation}`)
  }
  // Who has to ask for what was lost is without a lease meanwhile, but accepts nothing dead.
  for (const mutant of SURVIVED) {
    t.equal(await outcomeOf(mutant, 300, /too late/), 'survived', mutant.name)
  }
})
