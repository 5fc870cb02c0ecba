import { type Position, partitionOfSession, partitionOfSubject } from '@latchkey/protocol'
import { checkSession } from '../check-session.ts'
import type { SessionRecord, SessionStore } from '../store.ts'
import { STORE_LIMITS } from '../store-limits.ts'
import type { RedisContext } from './context.ts'
import { guarded } from './guarded.ts'
import { type PackedSession, packNames, packSignIn, unpackSession } from './packed-session.ts'
import { packJson } from './phrases.ts'
import { scanSessions } from './scan-sessions.ts'

export function redisSessions(context: RedisContext): SessionStore {
  const { run, keys, nextEpoch } = context
  const linger = STORE_LIMITS.sessionLingerSeconds

  async function find(sid: string, now: number) {
    const partition = knownPartition(sid, context.partitions)
    if (partition === undefined) return undefined
    const { session, cuts, head, log } = keys(partition)
    const [word, packed, epoch, offset] = await run(
      'find-session',
      [session(sid), cuts, head, log],
      nextEpoch(partition),
      now,
    )
    if (word === 'dead') return undefined
    const rev: Position = { partition, epoch: Number(epoch), offset: Number(offset) }
    return { session: unpackSession(sid, partition, packed as PackedSession), rev }
  }

  /** False when the session is not alive. */
  async function change(
    script: 'renew-session' | 'note-client',
    sid: string,
    now: number,
    ...args: (string | number)[]
  ): Promise<boolean> {
    const partition = knownPartition(sid, context.partitions)
    if (partition === undefined) return false
    const { session, cuts } = keys(partition)
    const [word] = await run(script, [session(sid), cuts], now, linger, ...args)
    return word === 'ok'
  }

  return {
    find,

    async create(session, now) {
      const partition = checkSession(session, now, context)
      const { session: sessionKey, user } = keys(partition)
      await run(
        'create-session',
        [sessionKey(session.sid), user(session.sub)],
        session.rev.epoch,
        session.rev.offset,
        now,
        Math.min(session.idleExpiresAt, session.absoluteExpiresAt),
        session.absoluteExpiresAt,
        linger,
        session.sid,
        context.sessionAbsoluteSeconds,
        session.sub,
        ...packSignIn(session),
        session.createdAt,
        packJson(session.userAgent),
      )
    },

    renew: (sid, signIn, now) =>
      change('renew-session', sid, now, signIn.idleExpiresAt, ...packSignIn(signIn)),

    touch: (sid, idleExpiresAt, now) => change('renew-session', sid, now, idleExpiresAt),

    noteClient: (sid, clientId, userinfoClaims, now) =>
      change('note-client', sid, now, clientId, packNames(userinfoClaims)),

    scan: (cursor, limit, now) => scanSessions({ cursor, limit, now }, find, context),

    listByUser: (sub, limit, now) => livingOfUser({ sub, limit, now }, find, context),
  }
}

/** The list also names sessions that have ended since; pages go on until enough living ones are found. */
async function livingOfUser(
  { sub, limit, now }: { sub: string; limit: number; now: number },
  find: SessionStore['find'],
  { redis, keys, partitions }: RedisContext,
): Promise<SessionRecord[]> {
  const { user } = keys(partitionOfSubject(sub, partitions))
  const sids = newestFirst((await guarded(redis.get(user(sub)))) ?? '')
  const living: SessionRecord[] = []
  for (let start = 0; living.length < limit && start < sids.length; start += limit) {
    const page = sids.slice(start, start + limit)
    const found = await Promise.all(page.map((sid) => find(sid, now)))
    for (const each of found) if (each) living.push(each.session)
  }
  return living.slice(0, limit)
}

/** Ids of a user's list. Its lines are in the order of their writing, which clocks of several processes may contradict. */
function newestFirst(list: string): string[] {
  const lines = list.split('\n').slice(0, -1)
  const dated = lines.map((line) => {
    const [sid = '', createdAt] = line.split(' ')
    return { sid, createdAt: Number(createdAt) }
  })
  return dated.sort((a, b) => b.createdAt - a.createdAt).map(({ sid }) => sid)
}

/** Undefined for what is no session id, or one of a partition that this store does not have. */
export function knownPartition(sid: string, partitions: number): number | undefined {
  const partition = partitionOfSession(sid)
  return partition !== undefined && partition < partitions ? partition : undefined
}
