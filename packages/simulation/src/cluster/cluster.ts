/** The simulated deployment: machines, what runs on them, and the lines between them. */
import type { Connect } from '@latchkey/feed'
import type { LoggedEntry } from '@latchkey/store'
import type { Chance } from '../chance.ts'
import { type Lane, lane } from '../network/lane.ts'
import { type Link, link } from '../network/link.ts'
import { type AuditTrail, auditTrail } from '../nodes/audit-trail.ts'
import { type IssuerProcess, issuerProcess } from '../nodes/issuer-process.ts'
import { type ServiceKeys, serviceKeys } from '../nodes/keys.ts'
import { type VerifierProcess, verifierProcess } from '../nodes/verifier-process.ts'
import { FIRST_EPOCH, redisClient } from '../store/redis-client.ts'
import { type RedisService, redisService } from '../store/redis-service.ts'
import { type Host, host } from '../time/host.ts'
import type { World } from '../time/world.ts'
import type { Trace } from '../trace.ts'
import type { Deployment } from './deployment.ts'
import { type Machine, machine } from './machine.ts'

export interface Cluster {
  readonly redis: RedisService
  readonly keys: ServiceKeys
  readonly audit: AuditTrail
  readonly issuers: readonly Machine<IssuerProcess>[]
  readonly verifiers: readonly Machine<VerifierProcess>[]
  /** Both directions between a verifier and an issuer, or between an issuer and the store. */
  lanes(from: string, to: string): readonly [there: Lane, back: Lane]
  readonly allLanes: readonly Lane[]
  readonly links: readonly OpenLink[]
}

export interface OpenLink extends Link {
  readonly from: string
  readonly to: string
}

export interface ClusterDeps {
  readonly plan: Deployment
  readonly world: World
  readonly chance: Chance
  readonly trace: Trace
  appended(entry: LoggedEntry, order: number): void
  lost(entries: readonly LoggedEntry[]): void
  epochBegan(): void
  /** A verifier has taken a snapshot. */
  replaced(host: Host): void
  /** A verifier begins a connection: if it had to forget everything, it has done so. */
  connects(host: Host): void
}

export const STORE = 'store'
/** Wall clocks are at most so far from true time: two of them at most twice as far from each other, as LIMITS allows. */
const SKEW_MS = 2400

export function cluster(deps: ClusterDeps): Cluster {
  const { plan, world, chance, trace } = deps
  const redis = redisService({
    ...{ world, chance: chance.fork('redis'), firstEpoch: FIRST_EPOCH },
    ...{ partitions: plan.partitions, onLost: deps.lost, epochBegan: deps.epochBegan },
  })
  const [keys, audit] = [serviceKeys(), auditTrail(world, chance.fork('audit'))]
  const lanes = new Map<string, readonly [Lane, Lane]>()
  const lanesOf = (from: string, to: string) => {
    const name = `${from} ${to}`
    const made = lanes.get(name) ?? [
      lane(world, chance.fork(name)),
      lane(world, chance.fork(`${name}<`)),
    ]
    lanes.set(name, made)
    return made
  }
  const links: OpenLink[] = []

  function makeIssuer(name: string, skewMs: number, life: number): IssuerProcess {
    const own = chance.fork(`${name} ${life}`)
    const box = host({ name, wallOffsetMs: skewMs }, world, own.fork('host'))
    const [there, back] = lanesOf(name, STORE)
    const store = redisClient({ ...plan, ...deps, host: box, redis, there, back })
    const note = (what: string) => trace.note(name, what)
    return issuerProcess({ plan, world, chance: own, host: box, store, keys, audit, note })
  }

  function makeVerifier(
    name: string,
    service: string,
    skewMs: number,
    life: number,
  ): VerifierProcess {
    const own = chance.fork(`${name} ${life}`)
    const box = host({ name, wallOffsetMs: skewMs }, world, own.fork('host'))
    const connect: Connect = (request, events) => {
      // A balancer that does not know who is well.
      const to = own.pick(plan.issuers)
      trace.note(name, `connects to ${to}`)
      deps.connects(box)
      const [there, back] = lanesOf(name, to)
      const server = () => {
        const target = issuers.find((issuer) => issuer.name === to)
        if (target?.isOff) return 'off'
        return target?.process?.side ?? 'refuses'
      }
      const facts = { world, chance: own, client: box, there, back, server }
      const made = link(facts, request, events)
      links.push({ ...made, from: name, to })
      return made.socket
    }
    const note = (what: string) => trace.note(name, what)
    const replaced = () => deps.replaced(box)
    return verifierProcess({ host: box, service, chance: own, connect, note, replaced })
  }

  const facts = (name: string) => ({
    ...{ name, skewMs: chance.ms(-SKEW_MS, SKEW_MS) },
    note: (what: string) => trace.note(name, what),
  })
  const issuers = plan.issuers.map((name) => {
    const own = facts(name)
    const died = (machineRuns: boolean) => {
      for (const one of links) if (one.to === name) one.serverDied(machineRuns)
    }
    return machine({ ...own, died, make: (life) => makeIssuer(name, own.skewMs, life) })
  })
  const verifiers = plan.verifiers.map(({ name, service }) => {
    const own = facts(name)
    const died = (machineRuns: boolean) => {
      for (const one of links) if (one.from === name) one.clientDied(machineRuns)
    }
    return machine({ ...own, died, make: (life) => makeVerifier(name, service, own.skewMs, life) })
  })
  return {
    ...{ redis, keys, audit, issuers, verifiers, links, lanes: lanesOf },
    get allLanes() {
      return [...lanes.values()].flat()
    },
  }
}
