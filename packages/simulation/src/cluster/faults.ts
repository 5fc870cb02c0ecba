/** What can go wrong. Each begins, and gives the function that ends it; what it needs to choose it draws from chance. */
import type { Chance } from '../chance.ts'
import type { Lane } from '../network/lane.ts'
import type { Host } from '../time/host.ts'
import { type Cluster, STORE } from './cluster.ts'
import type { Deployment } from './deployment.ts'
import type { Machine } from './machine.ts'

export interface FaultDeps {
  readonly plan: Deployment
  readonly cluster: Cluster
  readonly chance: Chance
  /** The host goes on: `first` is what happens before anything else there. */
  goOn(host: Host): void
}

/** What is wrong, in words, and how it ends. */
export interface Fault {
  readonly what: string
  end(): void
}

type Begin = (deps: FaultDeps) => Fault | undefined

export const FAULTS = {
  'line blocked': (deps) => onLine(deps, 'blocked', (lane) => lane.block()),
  'line slow': (deps) => onLine(deps, 'slow', (lane) => lane.slow(1.5 * deps.plan.leaseMs)),
  'line tampered with': (deps) => onLine(deps, 'tampered with', (lane) => lane.tamper(0.3)),
  'connections cut': ({ cluster, chance }) => {
    const { name } = chance.pick(cluster.issuers)
    for (const link of cluster.links) if (link.to === name) link.cut()
    return { what: `connections to ${name} cut`, end: () => {} }
  },
  'store out of reach': ({ plan, cluster, chance }) => {
    const name = chance.pick(plan.issuers)
    const lanes = some(cluster.lanes(name, STORE), chance)
    for (const lane of lanes) lane.block()
    return { what: `${name} and the store apart`, end: () => heal(lanes) }
  },
  'store slow': ({ plan, cluster, chance }) => {
    const name = chance.pick(plan.issuers)
    const lanes = cluster.lanes(name, STORE)
    for (const lane of lanes) lane.slow(500)
    return { what: `the store is slow for ${name}`, end: () => heal(lanes) }
  },
  'store hangs': ({ cluster }) => {
    cluster.redis.hang()
    return { what: 'the store hangs', end: cluster.redis.wake }
  },
  'store restarts': ({ cluster }) => {
    cluster.redis.stop()
    return { what: 'the store stops', end: cluster.redis.start }
  },
  'store fails over': ({ cluster, chance }) => {
    const { redis } = cluster
    redis.primary.unlink()
    if (chance.happens(0.5)) redis.stop()
    else redis.hang()
    const end = () => {
      redis.failover([])
      redis.wake()
      redis.start()
    }
    return { what: 'the primary is gone, its replica will take over', end }
  },
  'store replicates late': ({ cluster }) => {
    const { primary } = cluster.redis
    primary.unlink()
    return { what: 'the replica hears nothing', end: primary.link }
  },
  'store splits': ({ plan, cluster, chance }) => {
    // Without WAIT an old primary that takes writes keeps nobody from anything: min-replicas-to-write is for that.
    if (!plan.waits) return undefined
    const left = [chance.pick(plan.issuers)]
    cluster.redis.failover(left)
    return { what: `two primaries, ${left} stays with the old one`, end: cluster.redis.rejoin }
  },
  'store is flushed': ({ cluster }) => {
    cluster.redis.flush()
    return { what: 'somebody flushes the store', end: () => {} }
  },
  'issuer dies': ({ cluster, chance }) => death(chance.pick(cluster.issuers), chance),
  'issuer sleeps': (deps) => frozen(deps, deps.chance.pick(deps.cluster.issuers), 'suspend'),
  'issuer stalls': (deps) => frozen(deps, deps.chance.pick(deps.cluster.issuers), 'stall'),
  'verifier dies': ({ cluster, chance }) => death(chance.pick(cluster.verifiers), chance),
  'verifier sleeps': (deps) => frozen(deps, sleeper(deps), 'suspend'),
  'verifier stalls': (deps) => frozen(deps, deps.chance.pick(deps.cluster.verifiers), 'stall'),
  'clock of a verifier set': (deps) => clockSet(deps),
} satisfies Readonly<Record<string, Begin>>

export type FaultName = keyof typeof FAULTS

function heal(lanes: readonly Lane[]): void {
  for (const lane of lanes) lane.heal()
}

/** One direction, the other, or both. */
function some(lanes: readonly [Lane, Lane], chance: Chance): readonly Lane[] {
  return chance.pick([[lanes[0]], [lanes[1]], lanes])
}

function onLine(
  { plan, cluster, chance }: FaultDeps,
  word: string,
  begin: (lane: Lane) => void,
): Fault {
  const { name } = chance.pick(plan.verifiers)
  const others = chance.happens(0.5) ? plan.issuers : [chance.pick(plan.issuers)]
  const lanes = others.flatMap((issuer) => some(cluster.lanes(name, issuer), chance))
  for (const lane of lanes) begin(lane)
  return { what: `line between ${name} and ${others} ${word}`, end: () => heal(lanes) }
}

function death(machine: Machine<{ host: Host }>, chance: Chance): Fault {
  machine.kill(chance.pick(['process', 'power']))
  return { what: `${machine.name} is gone`, end: machine.start }
}

function frozen(
  { goOn }: FaultDeps,
  machine: Machine<{ host: Host }>,
  how: 'suspend' | 'stall',
): Fault | undefined {
  const host = machine.process?.host
  if (!host || host.isFrozen) return undefined
  host[how]()
  return { what: `${machine.name}: ${how}`, end: () => goOn(host) }
}

/**
 * A host that sleeps while its clock is set back by as much shows no sign of either: nothing inside can notice, so nothing is
 * promised. The hosts of the first half of the verifiers sleep, those of the others have their clocks set.
 */
function sleeper({ cluster, chance }: FaultDeps): Machine<{ host: Host }> {
  return chance.pick(cluster.verifiers.slice(0, Math.ceil(cluster.verifiers.length / 2)))
}

function clockSet({ cluster, chance }: FaultDeps): Fault | undefined {
  const half = Math.ceil(cluster.verifiers.length / 2)
  const machine = chance.pick(cluster.verifiers.slice(half))
  const host = machine.process?.host
  if (!host) return undefined
  const byMs = chance.pick([-3_600_000, -900, -5000, 800, 4000, 3_600_000])
  host.setWall(byMs)
  return { what: `clock of ${machine.name} set by ${byMs} ms`, end: () => host.setWall(-byMs) }
}
