/** POST /ssf/streams/:stream_id/poll: RFC 8936, Shared Signals Framework 1.0 section 6.1.2. */
import type { Directory } from '@latchkey/directory'
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { receiverOf } from '../signals/receiver-guard.ts'
import { ownStream, unknownStream } from '../signals/receiver-streams.ts'
import type { EventTokens } from '../signals/security-event-token.ts'
import { SIGNAL_LIMITS } from '../signals/signal-limits.ts'
import type { SignalWaits } from '../signals/signal-waits.ts'
import type { StreamOutcomes } from '../signals/stream-outcomes.ts'

export interface SsfPollDeps {
  readonly streams: Pick<Directory['streams'], 'find'>
  readonly signals: Pick<Store['signals'], 'peek' | 'settle'>
  readonly waits: SignalWaits
  readonly eventTokens: Pick<EventTokens, 'signed'>
  readonly outcomes: Pick<StreamOutcomes, 'note'>
  readonly clock: Clock
}

const Jti = Type.String({ maxLength: 128 })
/** Section 2.2. */
const Body = Type.Object({
  maxEvents: Type.Optional(Type.Integer({ minimum: 0 })),
  returnImmediately: Type.Optional(Type.Boolean()),
  ack: Type.Optional(Type.Array(Jti, { maxItems: SIGNAL_LIMITS.acknowledgedAtOnce })),
  setErrs: Type.Optional(
    Type.Record(
      Type.String({ maxLength: 128 }),
      Type.Object({
        err: Type.String({ maxLength: 64 }),
        description: Type.Optional(Type.String({ maxLength: 1024 })),
      }),
      { maxProperties: SIGNAL_LIMITS.acknowledgedAtOnce },
    ),
  ),
})
type Body = Static<typeof Body>

export function ssfPoll(deps: SsfPollDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Params: { stream_id: string }; Body: Body }>(
      '/ssf/streams/:stream_id/poll',
      { schema: { body: Body }, config: { readonly: true } },
      async (request, reply) => {
        const { stream_id: id } = request.params
        const client = receiverOf(request)
        const stream = await ownStream(client, id, deps.streams)
        if (stream.delivery.method !== 'poll') throw unknownStream()
        const { ack = [], setErrs = {}, maxEvents, returnImmediately = false } = request.body
        await settle(id, ack, setErrs, deps, request.log)
        const limit = Math.min(maxEvents ?? SIGNAL_LIMITS.mostPerPoll, SIGNAL_LIMITS.mostPerPoll)
        // Section 2.4: with 0 it only acknowledges.
        if (limit === 0) return { sets: {} }
        const gone = new AbortController()
        reply.raw.once('close', () => gone.abort())
        // Looked for after the wait has begun, so that nothing falls between the two.
        const wait = deps.waits.begin(id, gone.signal)
        let found = await take(id, limit, deps)
        if (!returnImmediately && found.signals.length === 0) {
          await wait.over
          found = await take(id, limit, deps)
        }
        wait.cancel()
        const sets = Object.fromEntries(
          found.signals.map((one) => [one.jti, deps.eventTokens.signed(one)]),
        )
        return { sets, ...(found.more && { moreAvailable: true }) }
      },
    )
  }
}

/** Section 2.4: it has them for good, or will never take them; both ways they are not sent again. */
async function settle(
  id: string,
  ack: readonly string[],
  setErrs: Readonly<Record<string, { readonly err: string }>>,
  { signals, outcomes }: SsfPollDeps,
  log: { warn(facts: Record<string, unknown>, message: string): void },
): Promise<void> {
  await signals.settle(id, [...ack, ...Object.keys(setErrs)])
  for (const [jti, { err }] of Object.entries(setErrs)) {
    const outcome = /^\w{1,64}$/.test(err) ? err : 'error'
    log.warn({ stream: id, jti, outcome }, 'signal refused')
    await outcomes.note(id, outcome)
  }
  if (ack.length > 0 && Object.keys(setErrs).length === 0) await outcomes.note(id, 'acknowledged')
}

/** A paused stream gives nothing; what comes meanwhile waits. */
async function take(id: string, limit: number, { streams, signals, clock }: SsfPollDeps) {
  const stream = await streams.find(id)
  if (!stream || stream.status === 'paused') return { signals: [], more: false }
  return await signals.peek(id, limit, nowSeconds(clock))
}
