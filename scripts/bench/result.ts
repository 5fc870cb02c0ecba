import { median, medianRatio, quantile } from './statistics.ts'

export type GroupName = 'verify' | 'route' | 'token' | 'end' | 'directory'

/** `floor`: the least that the machine allows, no verifier. `peer`: another library. `product`: Latchkey, all checks on. */
export type Role = 'product' | 'peer' | 'floor'

/** What one contender did, one value for each round (`end`: for each ending). */
export interface Series {
  readonly group: GroupName
  /** Contenders of one set met the same conditions in the same rounds. */
  readonly set: string
  readonly name: string
  readonly role: Role
  readonly unit: 'ns/op' | 'req/s' | 'ms' | 'MB' | 'B' | 'commands'
  readonly values: readonly number[]
  /** CPU time of the process under test, all its threads, for each operation; empty where it was not measured. */
  readonly cpuNsPerOp: readonly number[]
  /** What else is worth knowing about it, by name. */
  readonly extra?: Readonly<Record<string, number>>
}

/** Names that goals and ratios refer to. */
export const PRODUCT = 'latchkey'

/** One JSON line. Ratios are this contender to the named one; above 1 is slower for times and faster for rates. */
export function contenderLine(series: Series, all: readonly Series[]) {
  const { group, set, name, role, unit, values, cpuNsPerOp, extra } = series
  const bases = all.filter(
    (base) =>
      base.group === group && base.set === set && (base.name === PRODUCT || base.role === 'floor'),
  )
  const ratiosBy = (pick: (one: Series) => readonly number[]) =>
    Object.fromEntries(
      bases
        .filter((base) => base !== series && pick(base).length > 0 && pick(series).length > 0)
        .map((base) => [base.name, rounded(medianRatio(pick(series), pick(base)))]),
    )
  return {
    kind: 'contender',
    group,
    set,
    name,
    role,
    unit,
    median: rounded(median(values)),
    min: rounded(Math.min(...values)),
    max: rounded(Math.max(...values)),
    p99: rounded(quantile(values, 0.99)),
    samples: values.length,
    ...(cpuNsPerOp.length > 0 && { cpuNsPerOp: rounded(median(cpuNsPerOp)) }),
    ratios: ratiosBy((one) => one.values),
    cpuRatios: ratiosBy((one) => one.cpuNsPerOp),
    ...extra,
  }
}

/** Four digits that mean something; the rest is noise. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}
