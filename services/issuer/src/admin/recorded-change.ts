import type { Directory, PlannedEnd } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import type { EndingChange } from '../ending/ending-change.ts'
import { actorOf } from './actor.ts'

/** What was changed, for the audit record. `detail` never holds a password. */
export interface Change<T> {
  readonly target: string
  readonly detail: Readonly<Record<string, unknown>>
  /** What ends with it. Default: nothing. */
  readonly ends?: readonly Omit<PlannedEnd, 'actor'>[]
  readonly result: T
}

/** Makes a change and writes down who made it: both happen, or neither does. Then it ends what ends with it. `work` may run more than once. */
export type RecordedChange = <T>(
  request: FastifyRequest,
  action: string,
  work: (inside: Directory) => Promise<Change<T>>,
) => Promise<T>

export function recordedChange(deps: { endingChange: EndingChange; clock: Clock }): RecordedChange {
  return async (request, action, work) => {
    const { result } = await deps.endingChange(async (inside) => {
      const { target, detail, ends = [], result } = await work(inside)
      const at = nowSeconds(deps.clock)
      const actor = actorOf(request)
      await inside.audit.append({ at, actor, action, target, reason: 'admin', detail })
      return { result, ends: ends.map((end) => ({ ...end, actor })) }
    })
    return result
  }
}
