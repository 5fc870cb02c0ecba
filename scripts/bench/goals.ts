import { AGAINST, ENDS, SETS } from './end/end-names.ts'
import { type GroupName, PRODUCT, rounded, type Series } from './result.ts'
import { VARIANTS } from './route/variants.ts'
import { medianRatio, quantile } from './statistics.ts'
import { CONTENDERS, COSTS, FLOWS, LIMITS } from './token/bench-op.ts'
import { FLOORS } from './verify/floors.ts'
import { PEERS } from './verify/peers.ts'

/** What the product has set itself: a ratio to somebody named, in the same run. */
export interface Goal {
  readonly id: string
  readonly group: GroupName
  readonly set: string
  readonly against: string
  /** `faster`: at least so many times as fast. `slower`: at most so many times as slow. */
  readonly kind: 'faster' | 'slower'
  readonly factor: number
  /** 0.99: the slowest of a hundred is compared, not round by round. */
  readonly share?: number
}

const GOALS: readonly Goal[] = [
  goal('V1', 'verify', 'unseen', PEERS.fastJwt, 1.4),
  goal('V2', 'verify', 'unseen', PEERS.jose, 5),
  { ...goal('V3', 'verify', 'unseen', FLOORS.hmac, 2.4), kind: 'slower' },
  goal('V4', 'verify', 'reused', PEERS.fastJwtCached, 5),
  goal('V5', 'verify', 'reused', PEERS.fastJwtRawKey, 1),
  goal('V6', 'verify', 'reused', PEERS.jose, 40),
  goal('V7', 'verify', 'forged', PEERS.fastJwt, 4),
  goal('R1', 'route', 'closed route', VARIANTS.bare, 0.85),
  goal('R2', 'route', 'closed route', VARIANTS.fastJwtRedis, 2),
  goal('R3', 'route', 'closed route', VARIANTS.fastifyJwt, 2.5),
  goal('R3', 'route', 'closed route', VARIANTS.jose, 2.5),
  goal('R4', 'route', 'closed route', VARIANTS.introspection, 12),
  goal('I1', 'token', FLOWS.machine, CONTENDERS.provider, 3.5),
  goal('I2', 'token', FLOWS.refresh, CONTENDERS.provider, 6),
  goal('I3', 'token', FLOWS.login, CONTENDERS.provider, 4.5),
  goal('I4', 'token', FLOWS.silent, CONTENDERS.provider, 5),
  goal('I5', 'token', FLOWS.introspect, CONTENDERS.provider, 3),
  atMost('I6', COSTS.start, CONTENDERS.provider, 0.8),
  atMost('I7', COSTS.memoryBefore, CONTENDERS.provider, 0.9),
  atMost('I7', COSTS.memoryAfter, CONTENDERS.provider, 1),
  atMost('I8', COSTS.loginCommands, LIMITS.commands, 1),
  atMost('I8', COSTS.loginBytes, LIMITS.bytes, 1),
  atMost('I8', COSTS.refreshCommands, LIMITS.oneCommand, 1),
  ended('P1', SETS.hundred, ENDS.floor, 1.25),
  { ...ended('P1', SETS.hundred, ENDS.floor, 1.25), share: 0.99 },
  goal('P2', 'end', SETS.hundred, ENDS.pollingMean, 200),
  { ...ended('P3', SETS.thousand, ENDS.floor, 1.5), share: 0.99 },
  ended('M1', SETS.memory, AGAINST.map, 0.3),
  ended('M2', SETS.miss, AGAINST.map, 0.4),
  ended('cold start', SETS.cold, AGAINST.twoSeconds, 1),
  ended('idle', SETS.idle, AGAINST.bytes, 1),
  { ...ended('sockets', SETS.sockets, AGAINST.tenth, 1), share: 0.99 },
  atMost('M3', COSTS.sessionBytes, LIMITS.plainHash, 0.65),
]

function atMost(id: string, set: string, against: string, factor: number): Goal {
  return { id, group: 'token', set, against, kind: 'slower', factor }
}

function ended(id: string, set: string, against: string, factor: number): Goal {
  return { id, group: 'end', set, against, kind: 'slower', factor }
}

export interface Verdict extends Goal {
  readonly kind: Goal['kind']
  /** By the clock, and by CPU time: the steadier figure on a busy machine. */
  readonly reached: number
  readonly met: boolean
  /** Absent where there is no CPU time to compare. */
  readonly reachedByCpu?: number
  readonly metByCpu?: boolean
}

/** Goals of which both sides were measured. */
export function judge(all: readonly Series[]): Verdict[] {
  return GOALS.flatMap((one) => {
    const product = find(all, one, PRODUCT)
    const other = find(all, one, one.against)
    if (product === undefined || other === undefined) return []
    const isRate = product.unit === 'req/s'
    // Rates count upwards and times downwards; CPU is a time in either case.
    const reached =
      isRate === (one.kind === 'faster')
        ? ratio(one, product.values, other.values)
        : ratio(one, other.values, product.values)
    const reachedByCpu =
      one.kind === 'faster'
        ? medianRatio(other.cpuNsPerOp, product.cpuNsPerOp)
        : medianRatio(product.cpuNsPerOp, other.cpuNsPerOp)
    const fits = (ratio: number) =>
      one.kind === 'faster' ? ratio >= one.factor : ratio <= one.factor
    return [
      {
        ...one,
        reached: rounded(reached),
        met: fits(reached),
        ...(!Number.isNaN(reachedByCpu) && {
          reachedByCpu: rounded(reachedByCpu),
          metByCpu: fits(reachedByCpu),
        }),
      },
    ]
  })
}

function ratio({ share }: Goal, values: readonly number[], base: readonly number[]): number {
  return share === undefined
    ? medianRatio(values, base)
    : quantile(values, share) / quantile(base, share)
}

function goal(id: string, group: GroupName, set: string, against: string, factor: number): Goal {
  return { id, group, set, against, kind: 'faster', factor }
}

function find(all: readonly Series[], { group, set }: Goal, name: string): Series | undefined {
  return all.find((one) => one.group === group && one.set === set && one.name === name)
}
