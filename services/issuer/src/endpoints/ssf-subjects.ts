/** POST /ssf/subjects/add and /ssf/subjects/remove: Shared Signals Framework 1.0 section 8.1.3. */
import type { Directory } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { receiverOf, sendTooMany } from '../signals/receiver-guard.ts'
import { ownStream } from '../signals/receiver-streams.ts'
import { SIGNAL_LIMITS } from '../signals/signal-limits.ts'
import { subjectText } from '../signals/subjects.ts'

export interface SsfSubjectsDeps {
  readonly issuer: string
  readonly streams: Pick<Directory['streams'], 'find' | 'exclude' | 'include'>
  readonly throttle: Pick<Store['throttle'], 'attempt'>
  readonly clock: Clock
}

const Body = Type.Object({
  stream_id: Type.String({ maxLength: 64 }),
  subject: Type.Unknown(),
  verified: Type.Optional(Type.Boolean()),
})

/**
 * Everybody whom the receiver knows is in its stream from the start, so adding only takes a removal back. Whether a subject is
 * anybody here is not said: asking would be a way to find out who has an account (section 9.1).
 */
export function ssfSubjects(deps: SsfSubjectsDeps) {
  const { issuer, streams, clock } = deps
  const rule = { limit: SIGNAL_LIMITS.subjectChangesPerMinute, windowSeconds: 60 }
  return async (app: FastifyInstance) => {
    for (const [action, change, status] of [
      ['add', streams.include, 200],
      ['remove', streams.exclude, 204],
    ] as const) {
      app.post<{ Body: Static<typeof Body> }>(
        `/ssf/subjects/${action}`,
        { schema: { body: Body } },
        async (request, reply) => {
          const { stream_id: id, subject } = request.body
          await ownStream(receiverOf(request), id, streams)
          const outcome = await deps.throttle.attempt('ssf-subjects', id, rule, nowSeconds(clock))
          if (outcome.kind === 'blocked') return sendTooMany(reply, outcome.retryAfterSeconds)
          const text = subjectText(subject, issuer)
          if (text !== undefined) await change(id, text)
          return await reply.code(status).send()
        },
      )
    }
  }
}
