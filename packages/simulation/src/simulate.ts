/** One seed: a deployment, its people, its faults, and whether the invariants held. */
import { FAULTS, type FaultDeps } from './cluster/faults.ts'
import { type PlannedFault, START_MS } from './plan.ts'
import { type Scene, scene } from './scene.ts'
import type { World } from './time/world.ts'
import type { TraceLine } from './trace.ts'
import type { Token } from './truth/tokens.ts'

export interface SimulationReport {
  readonly seed: number
  /** What was violated first; absent: nothing. */
  readonly violation?: string
  /** Of everything that happened, in order. */
  readonly digest: string
  /** Empty unless they were asked for. */
  readonly lines: readonly TraceLine[]
  readonly simulatedMs: number
  /** How many answers of verifiers were compared with the truth, and how many of them said yes. */
  readonly asked: number
  readonly accepted: number
  /** How many ends have returned. */
  readonly ends: number
}

export interface SimulateOptions {
  /** Keep the lines of the trace. Default false. */
  readonly keepTrace?: boolean
}

/** Long enough for what has to wait longest: a connection that hangs, then the longest wait before the next. */
const HEAL_MS = 25_000
const ASK_EVERY_MS = 100
const SIGN_IN_EVERY_MS = 250
const LOOK_EVERY_MS = 50

/** The same seed, the same run: nothing here comes from outside. Only one runs at a time in a thread. */
export async function simulate(
  seed: number,
  { keepTrace = false }: SimulateOptions = {},
): Promise<SimulationReport> {
  const it = scene(seed, keepTrace)
  await start(it)
  if (it.violation === undefined) await trouble(it)
  if (it.violation === undefined) await expectHealed(it)
  const { violation, trace, world, ends, asking } = it
  return {
    ...{ seed, digest: trace.digest(), lines: trace.lines, simulatedMs: world.nowMs, ends },
    ...asking.counts,
    ...(violation !== undefined && { violation }),
  }
}

async function start({ all, world, cluster, asking, isReady, violated }: Scene): Promise<void> {
  for (const machine of [...cluster.issuers, ...cluster.verifiers]) {
    world.after(all.ms(0, 50), machine.start)
  }
  repeat(world, ASK_EVERY_MS, () => asking.askAll())
  await world.run(HEAL_MS, isReady)
  if (!isReady()) violated('a verifier has no lease, and nothing has gone wrong')
}

/** People and administrators at work, and what goes wrong meanwhile. */
async function trouble(it: Scene): Promise<void> {
  const { all, plan, world, trace, cluster, truth, work } = it
  const deps: FaultDeps = {
    ...{ plan, cluster, chance: all.fork('faults') },
    goOn: (host) => host.goOn(() => it.lookAt(host, truth.tokens)),
  }
  const endMs = world.nowMs + START_MS + plan.loadMs

  function begin({ name, forMs }: PlannedFault): void {
    const fault = FAULTS[name](deps)
    if (!fault) return
    trace.note('fault', fault.what)
    world.after(Math.min(forMs, Math.max(0, endMs - world.nowMs)), () => {
      trace.note('fault', `over: ${fault.what}`)
      fault.end()
    })
  }

  for (const fault of plan.faults) world.after(fault.atMs, () => begin(fault))
  const act = all.fork('acts')
  const scatter = (count: number, leastMs: number, mostMs: number, run: () => void) => {
    for (let i = 0; i < count; i++) world.after(act.ms(leastMs, mostMs), run)
  }
  scatter(act.whole(4, 8), 0, START_MS, work.signIn)
  scatter(act.whole(4, 12), 0, plan.loadMs, work.refresh)
  scatter(act.whole(2, 6), START_MS, START_MS + plan.loadMs, work.end)
  // All faults are over at `endMs`; the bounds of the last ends come after that.
  await world.run(endMs + plan.leaseMs, () => it.violation !== undefined)
}

/** Afterwards everybody has a lease again, and who signs in now is let in everywhere. */
async function expectHealed(it: Scene): Promise<void> {
  const { plan, world, trace, truth, work, violated } = it
  trace.note('simulation', 'everything is well again')
  work.takeFresh()
  let fresh: Token[] = []
  repeat(world, SIGN_IN_EVERY_MS, () => {
    fresh = [...fresh, ...work.takeFresh()].filter(truth.isLiving)
    const isThere = (service: string) => fresh.some(({ audience }) => audience === service)
    if (!plan.services.every(isThere)) work.signIn()
  })
  let isWell = false
  repeat(world, LOOK_EVERY_MS, () => {
    isWell = it.isReady() && isAcceptedEverywhere(it, fresh)
  })
  await world.run(world.nowMs + HEAL_MS, () => it.violation !== undefined || isWell)
  if (it.violation !== undefined || isWell) return
  const without = it.cluster.verifiers.filter(
    ({ process }) => (process?.feed.lease.remainingMs() ?? 0) <= 0,
  )
  const what = without.map(({ name }) => `${name} has no lease`).join(', ')
  violated(`not well again after ${HEAL_MS} ms: ${what || 'a fresh sign-in is refused'}`)
}

/** By all verifiers of its service. */
function isAcceptedEverywhere({ cluster, truth }: Scene, tokens: readonly Token[]): boolean {
  const living = tokens.filter(truth.isLiving)
  return cluster.verifiers.every(({ process }) =>
    living.some(
      ({ audience, text }) =>
        audience === process?.service && process.verifier.verify(text).kind === 'valid',
    ),
  )
}

function repeat(world: World, everyMs: number, run: () => void): void {
  world.after(everyMs, () => {
    repeat(world, everyMs, run)
    run()
  })
}
