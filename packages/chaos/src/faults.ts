import type { Part } from './part.ts'
import type { FaultKind, Plan } from './plan.ts'
import type { TcpLink } from './tcp-link.ts'

/** One way to break something, and to mend it. */
export interface Fault {
  readonly kind: FaultKind
  /** `cut feed of a`. */
  readonly name: string
  begin(): void | Promise<void>
  mend(): void | Promise<void>
}

/** Every kind of the plan on every part that it can befall. */
export function faultsOf(
  plan: Pick<Plan, 'faults' | 'delayMs'>,
  links: readonly TcpLink[],
  parts: readonly Part[],
): Fault[] {
  const onLink = (begin: (link: TcpLink) => void) => () =>
    links.map((link) => ({ part: link.name, begin: () => begin(link), mend: link.mend }))
  const onMortal = (begin: (part: Part) => Promise<void>) => () =>
    parts
      .filter((part) => part.mortal)
      .map((part) => ({ part: part.name, begin: () => begin(part), mend: part.start }))
  const kinds: Readonly<
    Record<FaultKind, () => (Pick<Fault, 'begin' | 'mend'> & { readonly part: string })[]>
  > = {
    cut: onLink((link) => link.cut()),
    stall: onLink((link) => link.stall()),
    delay: onLink((link) => link.delay(plan.delayMs)),
    freeze: () => parts.map((part) => ({ part: part.name, begin: part.freeze, mend: part.thaw })),
    kill: onMortal((part) => part.kill()),
    restart: onMortal(async (part) => {
      await part.stop()
      await part.start()
    }),
  }
  return plan.faults.flatMap((kind) =>
    kinds[kind]().map(({ part, begin, mend }) => ({ kind, name: `${kind} ${part}`, begin, mend })),
  )
}

/** Each fault once in an order that only the seed decides, then again until there are enough. */
export function orderOf(faults: readonly Fault[], rounds: number, seed: number): Fault[] {
  const order: Fault[] = []
  const chance = chanceFrom(seed)
  while (order.length < rounds && faults.length > 0) {
    const left = [...faults]
    while (left.length > 0 && order.length < rounds) {
      order.push(...left.splice(Math.floor(chance() * left.length), 1))
    }
  }
  return order
}

/** Mulberry32: a number from 0 to 1, the same after the same seed. It chooses an order and nothing that must be secret. */
function chanceFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
