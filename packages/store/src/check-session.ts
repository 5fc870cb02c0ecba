import { InputError, partitionOfSession, partitionOfSubject } from '@latchkey/protocol'
import type { NewSession } from './store.ts'

/**
 * What must hold before a session is stored, or ends would miss it; returns its partition. Throws InputError:
 * `session-partition` when the id or `rev` names another partition than its user's, where the end of the user is written;
 * `session-lifetime` when it would outlive the cuts.
 */
export function checkSession(
  session: NewSession,
  now: number,
  limits: { partitions: number; sessionAbsoluteSeconds: number },
): number {
  const partition = partitionOfSession(session.sid)
  const expected = partitionOfSubject(session.sub, limits.partitions)
  if (partition !== expected || session.rev.partition !== expected) {
    throw new InputError('session-partition', {
      received: `a session id of partition ${partition ?? 'none'} and a position of partition ${session.rev.partition}`,
      expected: `partition ${expected}, where its user's ends are written`,
    })
  }
  const lifetime = session.absoluteExpiresAt - now
  if (lifetime > limits.sessionAbsoluteSeconds) {
    throw new InputError('session-lifetime', {
      received: `${lifetime} s`,
      expected: `at most the ${limits.sessionAbsoluteSeconds} s that the store was opened with`,
    })
  }
  return partition
}
