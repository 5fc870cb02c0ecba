/** POST /ssf/verification: Shared Signals Framework 1.0 section 8.1.4. */
import type { Directory } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { receiverOf, sendTooMany } from '../signals/receiver-guard.ts'
import { ownStream } from '../signals/receiver-streams.ts'
import type { EventTokens } from '../signals/security-event-token.ts'
import { SIGNAL_LIMITS } from '../signals/signal-limits.ts'

export interface SsfVerificationDeps {
  readonly streams: Pick<Directory['streams'], 'find'>
  readonly signals: Pick<Store['signals'], 'add'>
  readonly throttle: Pick<Store['throttle'], 'attempt'>
  readonly eventTokens: Pick<EventTokens, 'verification'>
  readonly clock: Clock
}

const Body = Type.Object({
  stream_id: Type.String({ maxLength: 64 }),
  state: Type.Optional(Type.String({ maxLength: SIGNAL_LIMITS.stateChars })),
})

export function ssfVerification(deps: SsfVerificationDeps) {
  const rule = { limit: SIGNAL_LIMITS.verificationsPerMinute, windowSeconds: 60 }
  return async (app: FastifyInstance) => {
    app.post<{ Body: Static<typeof Body> }>(
      '/ssf/verification',
      { schema: { body: Body }, config: { readonly: true } },
      async (request, reply) => {
        const client = receiverOf(request)
        const { stream_id: id, state } = request.body
        const stream = await ownStream(client, id, deps.streams)
        const now = nowSeconds(deps.clock)
        const outcome = await deps.throttle.attempt('ssf-verification', id, rule, now)
        if (outcome.kind === 'blocked') return sendTooMany(reply, outcome.retryAfterSeconds)
        // Section 8.1.2.1: a disabled stream sends nothing, and holds nothing for later.
        if (stream.status !== 'disabled') {
          const signal = deps.eventTokens.verification(client, id, state)
          await deps.signals.add(id, signal, SIGNAL_LIMITS.mostWaiting, now)
        }
        return await reply.code(204).send()
      },
    )
  }
}
