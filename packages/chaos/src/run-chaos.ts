/** Rounds of breaking and mending, with everybody asked all the time: README.md. */
import { setTimeout as sleep } from 'node:timers/promises'
import { InputError } from '@latchkey/protocol'
import { faultsOf, orderOf } from './faults.ts'
import { issuerClient } from './issuer-client.ts'
import { type Counts, ledger, type Violation } from './ledger.ts'
import { lives } from './lives.ts'
import { type Part, partOf } from './part.ts'
import type { Plan } from './plan.ts'
import { probing } from './probing.ts'
import { type RoundReport, rounds } from './rounds.ts'
import { openLink, type TcpLink } from './tcp-link.ts'

export interface ChaosReport {
  readonly seed: number
  readonly leaseMs: number
  readonly rounds: readonly RoundReport[]
  readonly counts: Readonly<Counts>
  readonly violations: readonly Violation[]
}

export interface ChaosRun {
  /** Environment of the processes that it starts. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Ends it early, after everything has been mended. */
  readonly signal?: AbortSignal
  /** What it is about to do, for a progress display. */
  doing(what: 'starting' | 'breaking' | 'mending', fault: string, round: number, of: number): void
  finished(round: RoundReport): void
}

/**
 * Starts what the plan starts, breaks it in the order of the seed, and stops what it started.
 * @throws ClusterFault when the cluster does not work as it is; InputError when there is nothing to break
 */
export async function runChaos(
  plan: Plan,
  seed: number,
  { env, signal, ...events }: ChaosRun,
): Promise<ChaosReport> {
  const links: TcpLink[] = []
  const parts: Part[] = plan.processes.map((one) => partOf(one, plan.recoverMs, env))
  const book = ledger(plan.leaseMs)
  const probes = new Map(
    plan.services.map((one) => [one.audience, probing(one, plan.requestsPerSecond, book)]),
  )
  try {
    for (const link of plan.links) links.push(await openLink(link))
    const faults = faultsOf(plan, links, parts)
    if (faults.length === 0) throw nothingToBreak()
    const order = orderOf(faults, plan.rounds ?? faults.length, seed)
    events.doing('starting', '', 0, order.length)
    for (const part of parts) await part.start()
    const life = lives({ plan, issuer: issuerClient(plan), probes, book })
    const round = rounds(plan, life, book, env)
    await round.warmUp()
    const reports: RoundReport[] = []
    for (const [index, fault] of order.entries()) {
      if (signal?.aborted) break
      const tell = (what: 'breaking' | 'mending') =>
        events.doing(what, fault.name, index + 1, order.length)
      const report = await round.run(fault, tell)
      reports.push(report)
      events.finished(report)
    }
    return {
      seed,
      leaseMs: plan.leaseMs,
      rounds: reports,
      counts: book.counts,
      violations: book.violations,
    }
  } finally {
    await Promise.all([...probes.values()].map((one) => one.stop()))
    for (const link of links) link.mend()
    for (const part of parts) part.thaw()
    await stopOwn(plan, parts)
    await Promise.all(links.map((link) => link.close()))
  }
}

/** In the opposite order: a service before its issuer, an issuer before its store. */
async function stopOwn(plan: Plan, parts: readonly Part[]): Promise<void> {
  for (const [index, part] of [...parts.entries()].reverse()) {
    if (plan.processes[index]?.command !== undefined) await part.stop()
    await sleep(0)
  }
}

function nothingToBreak(): InputError {
  return new InputError('chaos-nothing-to-break', {
    where: 'links and processes',
    received: 'none that the faults of the file can befall',
    expected: 'at least one link or process',
  })
}
