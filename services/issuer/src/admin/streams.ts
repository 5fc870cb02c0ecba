/** /admin/v1/streams: who is told of what happens to people, how that goes, and how to stop it. */
import type { Directory, Stream } from '@latchkey/directory'
import { type Clock, InputError, nowSeconds } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import { Type } from 'typebox'
import { emptyQueue } from '../signals/empty-queue.ts'
import { eventsDelivered } from '../signals/event-types.ts'
import type { EventTokens } from '../signals/security-event-token.ts'
import { SIGNAL_LIMITS } from '../signals/signal-limits.ts'
import type { StreamOutcomes } from '../signals/stream-outcomes.ts'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { ADMIN_ONLY, EVERY_ROLE } from './framework/shipped-roles.ts'
import type { RecordedChange } from './recorded-change.ts'

export interface AdminStreamsDeps {
  readonly streams: Pick<Directory['streams'], 'list'>
  readonly clients: Pick<Directory['clients'], 'find'>
  readonly signals: Pick<Store['signals'], 'peek' | 'settle' | 'add'>
  readonly outcomes: Pick<StreamOutcomes, 'last'>
  readonly eventTokens: Pick<EventTokens, 'streamUpdated'>
  readonly recorded: RecordedChange
  readonly clock: Clock
}

/** The administrator's word to the receiver. */
const REASON = 'an administrator of the transmitter'

const StreamAnswer = closedObject(
  {
    stream_id: Type.String(),
    client_id: Type.String(),
    status: Type.Enum(['enabled', 'paused', 'disabled']),
    reason: Type.Optional(Type.String()),
    method: Type.Enum(['push', 'poll']),
    endpoint_url: Type.Optional(Type.String()),
    events_delivered: Type.Array(Type.String()),
    waiting: Type.Integer(),
    more: Type.Boolean(),
    last_outcome: Type.Optional(Type.String()),
    last_outcome_at: Type.Optional(Type.Integer()),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  },
  'Stream',
)

export function adminStreams(deps: AdminStreamsDeps) {
  return adminRoutes(
    adminRoute({
      method: 'GET',
      path: '/streams',
      summary: 'Who is told of what happens to people, and how that goes',
      roles: EVERY_ROLE,
      answers: { 200: closedObject({ streams: Type.Array(StreamAnswer) }) },
      async handle() {
        const streams = await deps.streams.list()
        return { streams: await Promise.all(streams.map((stream) => describeStream(stream, deps))) }
      },
    }),
    setStatus('disable', 'disabled', deps),
    setStatus('enable', 'enabled', deps),
  )
}

function setStatus(
  action: 'disable' | 'enable',
  status: 'disabled' | 'enabled',
  deps: AdminStreamsDeps,
) {
  return adminRoute({
    method: 'POST',
    path: `/streams/:id/${action}`,
    summary: status === 'disabled' ? 'Stops a stream for good' : 'Lets a stream run again',
    roles: ADMIN_ONLY,
    params: { id: Type.String({ maxLength: 64 }) },
    answers: { 204: null },
    async handle(request, reply) {
      const { id } = request.params
      const changed = await deps.recorded(request, `stream.${action}`, async (inside) => {
        const before = await inside.streams.find(id)
        const after = await inside.streams.setStatus(id, status, REASON)
        if (!before || !after) throw unknownStream()
        const detail = { client: after.clientId, before: { status: before.status } }
        return { target: `stream ${id}`, detail, result: after }
      })
      const now = nowSeconds(deps.clock)
      if (status === 'disabled') await emptyQueue(id, now, deps.signals)
      await tellReceiver(changed, now, deps)
      return await reply.code(204).send()
    },
  })
}

/** Shared Signals Framework 1.0 section 8.1.5: the only thing that a disabled stream still has to say. */
async function tellReceiver(
  { id, clientId, status }: Stream,
  now: number,
  deps: AdminStreamsDeps,
): Promise<void> {
  const client = await deps.clients.find(clientId)
  if (!client) return
  const signal = deps.eventTokens.streamUpdated(client, id, status, REASON)
  await deps.signals.add(id, signal, SIGNAL_LIMITS.mostWaiting, now)
}

/** `waiting` counts to 100; `more` says that there are others. */
async function describeStream(stream: Stream, deps: AdminStreamsDeps) {
  const { signals, more } = await deps.signals.peek(
    stream.id,
    SIGNAL_LIMITS.mostPerPoll,
    nowSeconds(deps.clock),
  )
  const last = await deps.outcomes.last(stream.id)
  return {
    stream_id: stream.id,
    client_id: stream.clientId,
    status: stream.status,
    ...(stream.statusReason !== '' && { reason: stream.statusReason }),
    method: stream.delivery.method,
    ...(stream.delivery.method === 'push' && { endpoint_url: stream.delivery.endpoint }),
    events_delivered: eventsDelivered(stream.eventsRequested),
    waiting: signals.length,
    more,
    ...(last && { last_outcome: last.outcome, last_outcome_at: last.at }),
    created_at: stream.createdAt,
    updated_at: stream.updatedAt,
  }
}

function unknownStream(): InputError {
  return new InputError('unknown-stream', {
    received: 'another id',
    expected: 'the id of a stream',
  })
}
