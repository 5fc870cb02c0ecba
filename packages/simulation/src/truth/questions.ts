/** Every verifier is asked about tokens, again and again, and its answers are compared with the truth. */
import type { FeedPosition } from '@latchkey/protocol'
import type { Chance } from '../chance.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { VerifierProcess } from '../nodes/verifier-process.ts'
import type { Judgement } from './judgement.ts'
import { describeToken, type Token } from './tokens.ts'

export interface Questions {
  /** Asks one verifier about some tokens, or about these. */
  askOne(verifier: VerifierProcess, tokens?: readonly Token[]): void
  askAll(tokens?: readonly Token[]): void
  /** How many answers were compared, and how many of them said yes. */
  readonly counts: { asked: number; accepted: number }
}

export interface QuestionsDeps {
  readonly cluster: Cluster
  readonly judgement: Judgement
  readonly chance: Chance
  /** Nothing has gone wrong: nobody living may be refused. */
  isCalm(): boolean
  nowMs(): number
  violated(what: string): void
}

/** So many are looked at each time, and of them so many asked about. */
const CANDIDATES = 6
const DEAD_AT_ONCE = 2

export function questions(deps: QuestionsDeps): Questions {
  const { cluster, judgement, chance, violated } = deps
  const counts = { asked: 0, accepted: 0 }
  const places = new Map<VerifierProcess, Map<number, FeedPosition>>()

  function look(process: VerifierProcess, token: Token): void {
    counts.asked += 1
    const { kind } = process.verifier.verify(token.text)
    if (kind !== 'valid') return
    counts.accepted += 1
    const lateMs = deps.nowMs() - judgement.deadFromMs(token)
    if (lateMs >= 0) {
      violated(`${process.host.name} accepts ${describeToken(token)}, ${lateMs} ms too late`)
    }
  }

  /** Without faults the living are let in, if need be after the wait for the feed. */
  async function expectLiving(process: VerifierProcess, token: Token): Promise<void> {
    const isCalm = deps.isCalm()
    counts.asked += 1
    const { kind } = await process.verifier.verifyCurrent(token.text)
    if (kind === 'valid') counts.accepted += 1
    if (kind === 'valid' || !isCalm || !judgement.isLiving(token)) return
    violated(`${process.host.name} answers ${kind} to ${describeToken(token)}, which lives`)
  }

  /** A replica never goes back, unless its place belongs to a log that is lost, or it has forgotten everything. */
  function watchPlace(process: VerifierProcess): void {
    const before = places.get(process)
    const now = new Map(process.feed.replica.positions().map((place) => [place.p, place]))
    places.set(process, now)
    for (const [p, place] of now) {
      const then = before?.get(p)
      if (!then || cluster.redis.isLost(then.digest)) continue
      const isBack =
        place.epoch < then.epoch || (place.epoch === then.epoch && place.offset < then.offset)
      if (isBack) violated(`the replica of ${process.host.name} goes back`)
    }
  }

  function pickFrom(list: readonly Token[], count: number): Token[] {
    return list.length === 0 ? [] : Array.from({ length: count }, () => chance.pick(list))
  }

  function askOne(process: VerifierProcess, tokens?: readonly Token[]): void {
    if (!process.host.isAlive || process.host.isFrozen) return
    watchPlace(process)
    const own = (tokens ?? judgement.tokens).filter(({ audience }) => audience === process.service)
    if (tokens) {
      for (const token of own) look(process, token)
      return
    }
    const some = pickFrom(own, CANDIDATES)
    const isDead = (token: Token) => judgement.deadFromMs(token) <= deps.nowMs()
    for (const token of some.filter(isDead).slice(0, DEAD_AT_ONCE)) look(process, token)
    const living = some.find((token) => token.isLong && judgement.isLiving(token))
    if (living) void expectLiving(process, living)
  }

  return {
    counts,
    askOne,
    askAll: (tokens) => {
      for (const { process } of cluster.verifiers) if (process) askOne(process, tokens)
    },
  }
}
