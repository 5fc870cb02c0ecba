/** What has ended, as far as this process knows: docs/architecture.md. A data structure; it reads no clock and does no I/O. */
import {
  type EntriesMessage,
  type FeedPosition,
  type Random,
  type RevClaim,
  type SnapshotMessage,
  systemRandom,
} from '@latchkey/protocol'
import { type ApplyOutcome, applyEntries } from './apply-entries.ts'
import { type CompareOutcome, comparePositions } from './compare-positions.ts'
import { fingerprint } from './fingerprint.ts'
import { type JudgedClaims, judgeByIdentity, judgeByPosition, type Verdict } from './judge.ts'
import { markSweeper } from './mark-sweeper.ts'
import { countMarks, type Partition } from './partition.ts'
import { goesOn, isAhead, isOlder } from './place.ts'
import { snapshotAssembly } from './snapshot-assembly.ts'

export interface RevocationReplica {
  /** Changes whenever a token that was `live` may be so no more: a verdict `live` holds while it stays the same. */
  readonly version: number
  /** How many things it remembers as ended. */
  size(): number
  /** What it has applied: what `hello` and `resync` say. */
  positions(): FeedPosition[]
  /** False when a token with this `rev` would be `ahead`. */
  covers(rev: RevClaim): boolean
  judge(claims: JudgedClaims, kid: string): Verdict
  applyEntries(message: Pick<EntriesMessage, 'epoch' | 'entries'>): ApplyOutcome
  applySnapshot(part: Omit<SnapshotMessage, 't'>): ApplyOutcome
  compare(positions: readonly FeedPosition[]): CompareOutcome
  /** Forgets entries whose second has passed, looking at no more than `steps` places; goes on where it stopped. */
  sweep(nowSeconds: number, steps: number): void
  /** Forgets everything: every token is ahead until snapshots arrive. */
  clear(): void
}

/** @param random where the secret key of the fingerprints of names comes from */
export function revocationReplica(random: Random = systemRandom): RevocationReplica {
  const print = fingerprint(random)
  const byNumber = new Map<number, Partition>()
  /** The same as a list, because judging walks through it. */
  let partitions: readonly Partition[] = []
  /**
   * Never forgotten: whoever has a key makes new tokens with it at any time, also when every token of before has expired, and
   * this verifier may be holding it still, because its issuer process cannot read what keys there are. They are few.
   */
  const endedKeys = new Set<string>()
  const assembly = snapshotAssembly(print, endedKeys)
  const sweeper = markSweeper()

  function replace(p: number, next: Partition | undefined): void {
    if (next) byNumber.set(p, next)
    else byNumber.delete(p)
    partitions = [...byNumber.values()]
    sweeper.restart()
    replica.version++
  }

  /** What belongs to another log cannot be continued: only a snapshot helps. */
  function dropForked<T extends ApplyOutcome | CompareOutcome>(outcome: T): T {
    if (outcome.kind === 'resync' && outcome.reason === 'forked') replace(outcome.p, undefined)
    return outcome
  }

  // Fields, because each token looks here: mark-table.ts.
  const replica: { -readonly [Name in keyof RevocationReplica]: RevocationReplica[Name] } = {
    version: 0,
    size: () => partitions.reduce((sum, one) => sum + countMarks(one), endedKeys.size),
    positions: () => partitions.map(({ position }) => position),
    covers: (rev) => {
      const home = byNumber.get(rev[0])
      return home !== undefined && !isAhead(rev, home.position)
    },
    judge: (claims, kid) =>
      judgeByIdentity(partitions, claims, print) ??
      (endedKeys.has(kid) ? 'key' : undefined) ??
      judgeByPosition(byNumber.get(claims.rev[0]), claims, print),
    applyEntries: (message) => {
      const p = message.entries[0]?.p
      if (p === undefined) return { kind: 'nothing_new' }
      const outcome = applyEntries(byNumber.get(p), p, message)
      if (outcome.kind === 'applied' && outcome.entries.some(({ k }) => k !== 'none'))
        replica.version++
      return dropForked(outcome)
    },
    applySnapshot: (part) => {
      const { p } = part.position
      const next = assembly.add(part)
      if (next === 'parts_missing') return { kind: 'resync', reason: 'torn_snapshot', p }
      if (next === 'more_follows') return { kind: 'nothing_new' }
      const here = byNumber.get(p)
      if (here && isOlder(part.position, here)) return { kind: 'nothing_new' }
      replace(p, next)
      return { kind: 'replaced', goesOn: here !== undefined && goesOn(here, next) }
    },
    compare: (positions) => dropForked(comparePositions(byNumber, positions)),
    sweep: (nowSeconds, steps) => sweeper.sweep(partitions, nowSeconds, steps),
    clear: () => {
      assembly.clear()
      for (const p of [...byNumber.keys()]) replace(p, undefined)
    },
  }
  return replica
}
