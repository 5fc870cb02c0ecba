/** What a seed decides before anything happens: the deployment, and which faults it will see. */
import type { Chance } from './chance.ts'
import type { Deployment } from './cluster/deployment.ts'
import { FAULTS, type FaultName } from './cluster/faults.ts'

export interface Plan extends Deployment {
  /** How long people and administrators are at work. */
  readonly loadMs: number
  readonly faults: readonly PlannedFault[]
}

export interface PlannedFault {
  readonly name: FaultName
  readonly atMs: number
  readonly forMs: number
}

/** Connecting and the first leases. */
export const START_MS = 400

export function plan(chance: Chance): Plan {
  const leaseMs = chance.pick([1000, 1000, 1500, 2000, 5000])
  const services = ['orders', 'reports'].slice(0, chance.whole(1, 2))
  const verifierCount = chance.whole(3, 4)
  const loadMs = 2 * leaseMs
  return {
    ...{ leaseMs, services, loadMs },
    partitions: chance.pick([1, 1, 2]),
    issuers: ['issuer-1', 'issuer-2', 'issuer-3'].slice(0, chance.pick([2, 2, 3])),
    verifiers: Array.from({ length: verifierCount }, (_, i) => ({
      name: `verifier-${i + 1}`,
      service: services[i % services.length] ?? 'orders',
    })),
    waits: chance.happens(0.5),
    faults: faults(chance, leaseMs, loadMs),
  }
}

const NAMES = Object.keys(FAULTS) as FaultName[]

/** None now and then, otherwise some of a few kinds: two that happen together often are worth more than all of them at once. */
function faults(chance: Chance, leaseMs: number, loadMs: number): PlannedFault[] {
  if (chance.happens(0.12)) return []
  const kinds = Array.from({ length: chance.whole(1, 3) }, () => chance.pick(NAMES))
  const several = Array.from({ length: chance.whole(1, 5) }, () => ({
    name: chance.pick(kinds),
    atMs: START_MS + chance.ms(0, loadMs),
    forMs: chance.pick([chance.ms(10, leaseMs / 2), chance.ms(leaseMs / 2, 2.5 * leaseMs)]),
  }))
  // Nobody flushes a store twice within seconds.
  return several.filter(
    ({ name }, i) =>
      name !== 'store is flushed' || i === several.findIndex((one) => one.name === name),
  )
}
