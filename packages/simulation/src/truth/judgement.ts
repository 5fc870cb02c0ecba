/** The invariants, judged from outside: with true time and the true order of things. */
import type { EndTarget } from '@latchkey/protocol'
import type { LoggedEntry } from '@latchkey/store'
import { type Appended, describe, kills, type Token } from './tokens.ts'

/** An `end` that has returned. */
export interface ReturnedEnd {
  readonly target: EndTarget
  readonly atMs: number
  readonly appended: readonly Appended[]
}

export interface Judgement {
  readonly tokens: readonly Token[]
  minted(token: Token): void
  appended(entry: LoggedEntry, order: number): void
  /** `entries` as the caller got them; none: it was dead already. */
  returned(target: EndTarget, entries: readonly LoggedEntry[]): ReturnedEnd
  /** True time from which nobody may accept it; Infinity when nothing has ended it. */
  deadFromMs(token: Token): number
  isMatched(end: ReturnedEnd, token: Token): boolean
  /** Nothing that was ever appended is about it. */
  isLiving(token: Token): boolean
}

export interface JudgementDeps {
  readonly leaseMs: number
  nowMs(): number
}

export function judgement(deps: JudgementDeps): Judgement {
  const tokens: Token[] = []
  const ends: ReturnedEnd[] = []
  const all: Appended[] = []
  const byDigest = new Map<string, Appended>()
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
      const end = { target, atMs, appended }
      ends.push(end)
      for (const token of tokens) if (matches(end, token)) endsOf.get(token)?.push(end)
      return end
    },
    deadFromMs: (token) => {
      const times = (endsOf.get(token) ?? []).map(({ atMs }) => atMs)
      return Math.min(...times) + deps.leaseMs
    },
    isLiving: (token) => !all.some((one) => kills(one, token)),
  }
}
