/** /ssf/status: the status of a stream, Shared Signals Framework 1.0 section 8.1.2. */
import type { Directory, Stream } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { emptyQueue } from '../signals/empty-queue.ts'
import { receiverOf } from '../signals/receiver-guard.ts'
import { ownStream, unknownStream } from '../signals/receiver-streams.ts'
import { SIGNAL_LIMITS } from '../signals/signal-limits.ts'

export interface SsfStatusDeps {
  readonly streams: Pick<Directory['streams'], 'find' | 'setStatus'>
  readonly signals: Pick<Store['signals'], 'peek' | 'settle'>
  readonly pushes: { poke(): void }
  readonly clock: Clock
}

const Query = Type.Object({ stream_id: Type.String({ maxLength: 64 }) })
const Body = Type.Object({
  stream_id: Type.String({ maxLength: 64 }),
  status: Type.Union([Type.Literal('enabled'), Type.Literal('paused'), Type.Literal('disabled')]),
  reason: Type.Optional(Type.String({ maxLength: SIGNAL_LIMITS.reasonChars })),
})

export function ssfStatus(deps: SsfStatusDeps) {
  return async (app: FastifyInstance) => {
    app.get<{ Querystring: Static<typeof Query> }>(
      '/ssf/status',
      { schema: { querystring: Query }, config: { readonly: true } },
      async (request) =>
        statusView(await ownStream(receiverOf(request), request.query.stream_id, deps.streams)),
    )
    app.post<{ Body: Static<typeof Body> }>(
      '/ssf/status',
      { schema: { body: Body } },
      async (request) => {
        const { stream_id: id, status, reason = '' } = request.body
        await ownStream(receiverOf(request), id, deps.streams)
        const changed = await deps.streams.setStatus(id, status, reason)
        if (!changed) throw unknownStream()
        if (status === 'disabled') await emptyQueue(id, nowSeconds(deps.clock), deps.signals)
        deps.pushes.poke()
        return statusView(changed)
      },
    )
  }
}

function statusView({ id, status, statusReason: reason }: Stream) {
  return { stream_id: id, status, ...(reason !== '' && { reason }) }
}
