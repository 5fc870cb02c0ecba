/** The scripts of packages/store/lua that the log rests on, on the model's data: each runs as one step. */
import type { EndTarget, LogEntry } from '@latchkey/protocol'
import { partitionOfSession, partitionOfSubject } from '@latchkey/protocol'
import type { LoggedEntry } from '@latchkey/store'
import type { Head } from './dataset.ts'
import type { RedisNode } from './redis-node.ts'

/** lua/include/open-log.lua: a log that is not there starts an epoch. */
export function openLog(node: RedisNode, partition: number, nextEpoch: number): Head {
  const head = node.data.head(partition)
  return head ?? startEpoch(node, partition, { epoch: 0, offset: 0, digest: '' }, nextEpoch)
}

/** Entries that are still there stay: they still hold. */
function startEpoch(node: RedisNode, partition: number, before: Head, nextEpoch: number): Head {
  const head = { ...before, epoch: Math.max(nextEpoch, before.epoch + 1) }
  node.write({ kind: 'head', partition, head })
  node.write({ kind: 'keep', key: runKey(partition), value: node.runId })
  return head
}

/** lua/beat-log.lua. `seen` is the newest end of the log that the caller knows. */
export function beatLog(
  node: RedisNode,
  partition: number,
  nextEpoch: number,
  seen: Head | undefined,
): Head {
  const head = openLog(node, partition, nextEpoch)
  // Another server: what is missing may be remembered by nobody.
  const isOther = node.data.value(runKey(partition)) !== node.runId
  const lost = isOther || (seen !== undefined && isBehind(node, partition, head, seen))
  const now = lost ? startEpoch(node, partition, head, nextEpoch) : head
  node.write({ kind: 'beat' })
  return now
}

/** Beside the head of a log: the server on which its epoch began. */
export const runKey = (partition: number) => `run ${partition}`

function isBehind(node: RedisNode, partition: number, head: Head, seen: Head): boolean {
  if (head.epoch !== seen.epoch) return head.epoch < seen.epoch
  if (head.offset < seen.offset) return true
  const entry = node.data.log(partition).find(({ o }) => o === seen.offset)
  const digest = seen.offset === head.offset ? head.digest : entry?.d
  return digest !== undefined && digest !== seen.digest
}

/** lua/include/append-entry.lua. */
export function appendEntry(
  node: RedisNode,
  partition: number,
  nextEpoch: number,
  facts: Omit<LoggedEntry, 'p' | 'o' | 'd'>,
): LoggedEntry {
  const head = openLog(node, partition, nextEpoch)
  const o = head.offset + 1
  const d = chained(head.digest, `${partition} ${o} ${facts.k} ${facts.x} ${facts.v} ${node.runId}`)
  const entry = { p: partition, o, ...facts, d }
  node.write({ kind: 'append', entry })
  return entry
}

/** Any function of the digest before and the entry does: nobody here compares it with that of a real store. */
function chained(before: string, text: string): string {
  let [a, b] = [0x811c9dc5, 0x9e3779b1]
  const all = `${before} ${text}`
  for (let i = 0; i < all.length; i++) {
    a = Math.imul(a ^ all.charCodeAt(i), 0x01000193)
    b = Math.imul(b ^ a ^ (a >>> 13), 0x85ebca6b)
  }
  return ((a >>> 0) * 2 ** 20 + (b >>> 12)).toString(16).padStart(13, '0')
}

/** Where an end is written, and its value: what everybody must know goes to every partition. */
export function scopeOf(target: EndTarget, partitions: number): { v: string; at: number[] } {
  const everywhere = Array.from({ length: partitions }, (_, partition) => partition)
  const home = (sub: string) => [partitionOfSubject(sub, partitions)]
  switch (target.kind) {
    case 'token':
      return { v: target.jti, at: home(target.sub) }
    case 'session':
      return { v: target.sid, at: [partitionOfSession(target.sid) ?? 0] }
    case 'user':
      return { v: target.sub, at: home(target.sub) }
    case 'client':
      return { v: target.clientId, at: everywhere }
    case 'service':
      return { v: target.audience, at: everywhere }
    case 'key':
      return { v: target.kid, at: everywhere }
    case 'stale':
      return {
        v: target.about,
        at: target.about.startsWith('u_') ? home(target.about) : everywhere,
      }
    case 'all':
      return { v: '', at: everywhere }
  }
}

export const sessionKey = (sid: string) => `session ${sid}`

/** The state that goes with an entry: these sessions are dead at redemption from now on. */
export function endSessions(node: RedisNode, { k, v }: Pick<LogEntry, 'k' | 'v'>): void {
  const dead = (key: string) => {
    if (k === 'session') return key === sessionKey(v)
    return k === 'all' || (k === 'user' && node.data.value(key) === v)
  }
  const keys = node.data.keys(sessionKey('')).filter(dead)
  if (keys.length > 0) node.write({ kind: 'delete', keys })
}
