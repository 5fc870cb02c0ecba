import type { Directory } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import { actorOf } from './actor.ts'

/** What was changed, for the audit record. `detail` never holds a password. */
export interface Change<T> {
  readonly target: string
  readonly detail: Readonly<Record<string, unknown>>
  readonly result: T
}

/** Makes a change and writes down who made it: both happen, or neither does. `work` may run more than once. */
export type RecordedChange = <T>(
  request: FastifyRequest,
  action: string,
  work: (inside: Directory) => Promise<Change<T>>,
) => Promise<T>

export function recordedChange(deps: {
  directory: Pick<Directory, 'transaction'>
  clock: Clock
}): RecordedChange {
  return (request, action, work) =>
    deps.directory.transaction(async (inside) => {
      const { target, detail, result } = await work(inside)
      const at = nowSeconds(deps.clock)
      const actor = actorOf(request)
      await inside.audit.append({ at, actor, action, target, reason: 'admin', detail })
      return result
    })
}
