/**
 * A million ended sessions in memory, as a program of its own, so that its memory is nobody else's: Latchkey's replica, or a `Map` of
 * names and seconds as the peer.
 */
import { randomBytes, randomFillSync } from 'node:crypto'
import process from 'node:process'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { revocationReplica } from '@latchkey/feed'
import type { LogEntry } from '@latchkey/protocol'
import { answer } from '../child.ts'
import { median } from '../statistics.ts'

export interface SetQuestion {
  readonly structure: 'replica' | 'map'
  readonly entries: number
}

export interface SetFacts {
  readonly rssBytes: number
  readonly missNs: number
}

const ENTRIES_PER_PART = 300
const MOST_LOOK_UPS = 200_000
const TURNS = 7
const ID_BYTES = 16
const EXPIRES_AT = 2_000_000_000

setFlagsFromString('--expose-gc')
const gc = runInNewContext('gc') as () => void

/** As fresh as those of a token that was just parsed: nothing is known yet about the text. */
function freshId(): string {
  return randomBytes(ID_BYTES).toString('base64url')
}

/** Says whether something has ended. */
type Ended = (id: string) => boolean

function fillMap(count: number): Ended {
  const ends = new Map<string, number>()
  for (let n = 0; n < count; n++) ends.set(freshId(), EXPIRES_AT)
  return (id) => ends.has(id)
}

/** In parts, as a snapshot comes. */
function fillReplica(count: number): Ended {
  const replica = revocationReplica()
  const position = { p: 0, epoch: 1, offset: count, digest: 'd' }
  for (let from = 0; from < count; from += ENTRIES_PER_PART) {
    const length = Math.min(ENTRIES_PER_PART, count - from)
    const entries = Array.from({ length }, (_, n) => entryAt(from + n + 1))
    const more = from + length < count
    replica.applySnapshot({ position, entries, first: from === 0, more })
  }
  const claims = {
    sub: 'u_ada',
    aud: 'orders',
    client_id: 'web',
    jti: 'j',
    rev: [0, 1, count],
  } as const
  return (sid) => replica.judge({ ...claims, sid }, 'kid') !== 'live'
}

function entryAt(o: number): LogEntry {
  return { p: 0, o, k: 'session', v: freshId(), x: EXPIRES_AT, d: '' }
}

/** Making the ids is measured beside it and taken off. The process has just been filled, so that one look alone would say as much of that. */
function timeMisses(ended: Ended, entries: number): number {
  const lookUps = Math.min(entries, MOST_LOOK_UPS)
  const made = (id: string) => id.length === 0
  const taken = Array.from({ length: TURNS }, () => timeOf(ended, lookUps) - timeOf(made, lookUps))
  return median(taken)
}

/** Made once: garbage of this size would be taken for memory of the structure, or hide it. */
const block = Buffer.alloc(MOST_LOOK_UPS * ID_BYTES)

/** Nanoseconds for each of so many ids that have not ended. */
function timeOf(look: Ended, lookUps: number): number {
  randomFillSync(block)
  const begun = performance.now()
  let found = 0
  for (let n = 0; n < lookUps; n++) {
    if (look(block.toString('base64url', n * ID_BYTES, (n + 1) * ID_BYTES))) found++
  }
  if (found > 0) throw new Error(`${found} ids were taken for ended ones`)
  return ((performance.now() - begun) * 1e6) / lookUps
}

answer<SetQuestion>(async ({ structure, entries }): Promise<SetFacts> => {
  // What the engine needs for the work itself is there before.
  const fill = structure === 'map' ? fillMap : fillReplica
  timeMisses(fill(ENTRIES_PER_PART), ENTRIES_PER_PART)
  gc()
  const before = process.memoryUsage.rss()
  const ended = fill(entries)
  gc()
  const rssBytes = process.memoryUsage.rss() - before
  return { rssBytes, missNs: timeMisses(ended, entries) }
})
