/** Everything that one seed makes, before anything happens in it. */
import { type Chance, chance } from './chance.ts'
import { type Cluster, cluster } from './cluster/cluster.ts'
import { type Load, load } from './load/load.ts'
import { type Plan, plan } from './plan.ts'
import type { Host } from './time/host.ts'
import { type World, world } from './time/world.ts'
import { type Trace, trace } from './trace.ts'
import { type Judgement, judgement } from './truth/judgement.ts'
import { type Questions, questions } from './truth/questions.ts'
import type { Token } from './truth/tokens.ts'

export interface Scene {
  readonly all: Chance
  readonly plan: Plan
  readonly world: World
  readonly trace: Trace
  readonly truth: Judgement
  readonly cluster: Cluster
  readonly asking: Questions
  readonly work: Load
  /** What was violated first. */
  readonly violation: string | undefined
  violated(what: string): void
  /** Every verifier has a lease. */
  isReady(): boolean
  /** How many ends have returned. */
  readonly ends: number
  /** Asks the verifier on this host, if there is one. */
  lookAt(host: Host, tokens: readonly Token[]): void
}

export function scene(seed: number, keepTrace: boolean): Scene {
  const all = chance(`seed ${seed}`)
  const plans = plan(all.fork('plan'))
  const time = world()
  const log = trace(() => time.nowMs, keepTrace)
  let violation: string | undefined
  let ends = 0

  const violated = (what: string) => {
    log.note('VIOLATION', what)
    violation ??= what
  }
  const nowMs = () => time.nowMs
  const truth = judgement({ leaseMs: plans.leaseMs, nowMs })
  const simulated = cluster({
    ...{ plan: plans, world: time, chance: all.fork('cluster'), trace: log },
    appended: (entry, order) => {
      log.note('store', `${entry.p}:${entry.o} ${entry.k} ${entry.v}`)
      truth.appended(entry, order)
    },
    lost: (entries) => {
      log.note('store', `lost ${entries.map(({ p, o }) => `${p}:${o}`).join(' ')}`)
    },
    epochBegan: () => {
      log.note('store', 'a new epoch')
    },
    connects: (host) => lookAt(host, []),
    replaced: (host) => void time.after(0.125, () => lookAt(host, truth.tokens)),
  })
  const lookAt = (host: Host, tokens: readonly Token[]) => {
    const process = simulated.verifiers.find((one) => one.process?.host === host)?.process
    if (process) asking.askOne(process, tokens)
  }
  const isReady = () =>
    simulated.verifiers.every(({ process }) => process && process.feed.lease.remainingMs() > 0)
  const parts = { cluster: simulated, judgement: truth }
  const asking = questions({
    ...{ ...parts, chance: all.fork('questions'), nowMs, violated },
    isCalm: () => plans.faults.length === 0 && isReady(),
  })
  const work = load({
    ...{ ...parts, plan: plans, world: time, chance: all.fork('load'), trace: log },
    returned: (end) => {
      ends += 1
      const matched = () => truth.tokens.filter((token) => truth.isMatched(end, token))
      // When the bound is reached, and a little later: that is when a lease that is too long shows.
      for (const lateMs of [0, 1, 20, plans.leaseMs / 5]) {
        time.after(plans.leaseMs + lateMs, () => asking.askAll(matched()))
      }
    },
  })
  return {
    ...{ all, plan: plans, world: time, trace: log, truth, cluster: simulated, asking, work },
    ...{ violated, isReady, lookAt },
    get violation() {
      return violation
    },
    get ends() {
      return ends
    },
  }
}
