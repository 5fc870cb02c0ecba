/** The invariants, judged from outside: with true time and the true order of things. */
import type { EndTarget } from '@latchkey/protocol'
import type { LoggedEntry } from '@latchkey/store'
import { type Appended, describe, kills, type Token } from './tokens.ts'

/** An `end` that has returned. */
export interface ReturnedEnd {
  readonly target: EndTarget
  /** From when on T counts. */
  readonly fromMs: () => number
  readonly appended: readonly Appended[]
}

export interface Judgement {
  readonly tokens: readonly Token[]
  minted(token: Token): void
  appended(entry: LoggedEntry, order: number): void
  /** `entries` as the caller got them; none: it was dead already. */
  returned(target: EndTarget, entries: readonly LoggedEntry[]): ReturnedEnd
  /** The store itself has lost confirmed entries. */
  lost(entries: readonly LoggedEntry[]): void
  /** True time from which nobody may accept it; Infinity when nothing has ended it. */
  deadFromMs(token: Token): number
  isMatched(end: ReturnedEnd, token: Token): boolean
  /** Nothing that was ever appended is about it. */
  isLiving(token: Token): boolean
}

export interface JudgementDeps {
  readonly leaseMs: number
  nowMs(): number
  /** When a loss of the store became known to an issuer: a bound cannot be counted from before. Infinity: not yet. */
  noticedMs(lostAtMs: number): number
}

export function judgement(deps: JudgementDeps): Judgement {
  const tokens: Token[] = []
  const ends: ReturnedEnd[] = []
  const all: Appended[] = []
  const byDigest = new Map<string, Appended>()
  const lostAtMs = new Map<string, number>()
  const endsOf = new Map<Token, ReturnedEnd[]>()

  const matches = (end: ReturnedEnd, token: Token) => end.appended.some((one) => kills(one, token))

  /** What was dead already has its entry from an end before, which may not have been answered. */
  const before = (target: EndTarget) =>
    all.filter(({ entry }) => `${entry.k} ${entry.v}` === describe(target))

  return {
    tokens,
    isMatched: matches,
    minted: (token) => {
      tokens.push(token)
      endsOf.set(
        token,
        ends.filter((end) => matches(end, token)),
      )
    },
    appended: (entry, order) => {
      const one = { entry, order }
      all.push(one)
      byDigest.set(entry.d, one)
    },
    returned: (target, entries) => {
      const atMs = deps.nowMs()
      const own = entries.flatMap(({ d }) => byDigest.get(d) ?? [])
      const appended = own.length > 0 ? own : before(target)
      const fromMs = () => {
        const losses = appended.flatMap(({ entry }) => lostAtMs.get(entry.d) ?? [])
        return Math.max(atMs, ...losses.map(deps.noticedMs))
      }
      const end = { target, fromMs, appended }
      ends.push(end)
      for (const token of tokens) if (matches(end, token)) endsOf.get(token)?.push(end)
      return end
    },
    lost: (entries) => {
      for (const { d } of entries) lostAtMs.set(d, deps.nowMs())
    },
    deadFromMs: (token) => {
      const times = (endsOf.get(token) ?? []).map((end) => end.fromMs())
      return Math.min(...times) + deps.leaseMs
    },
    isLiving: (token) => !all.some((one) => kills(one, token)),
  }
}
