import { InputError } from '@latchkey/protocol'
import type { SessionStore } from '../store.ts'
import type { RedisContext } from './context.ts'
import { guarded } from './guarded.ts'

/** `<partition>:<cursor of SCAN>`; SCAN begins and ends with 0, so a finished partition is followed by `<next>:0`. */
const CURSOR = /^(\d{1,4}):(\d{1,20})$/

/**
 * One step of SCAN through the keys of a partition. It walks all keys of the database and keeps the sessions among them, which is why a
 * page may be empty without being the last one.
 */
export async function scanSessions(
  { cursor, limit, now }: { cursor: string; limit: number; now: number },
  find: SessionStore['find'],
  { redis, keys, partitions }: RedisContext,
): ReturnType<SessionStore['scan']> {
  const { partition, from } = readCursor(cursor, partitions)
  const start = keys(partition).session('')
  const scan = redis.scan(from, 'MATCH', `${start}*`, 'COUNT', limit)
  const [next, found] = await guarded(scan)
  const sids = new Set(found.map((key) => key.slice(start.length)))
  const living = await Promise.all([...sids].map((sid) => find(sid, now)))
  return {
    sessions: living.flatMap((each) => (each ? [each.session] : [])),
    cursor: nextCursor(partition, next, partitions),
  }
}

function readCursor(cursor: string, partitions: number): { partition: number; from: string } {
  const [, partition, from] = CURSOR.exec(cursor || '0:0') ?? []
  if (from !== undefined && Number(partition) < partitions) {
    return { partition: Number(partition), from }
  }
  throw new InputError('session-cursor', {
    received: 'another text',
    expected: 'the cursor of the page before',
  })
}

function nextCursor(partition: number, next: string, partitions: number): string {
  if (next !== '0') return `${partition}:${next}`
  return partition + 1 < partitions ? `${partition + 1}:0` : ''
}
