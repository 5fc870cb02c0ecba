/** /ssf/streams: stream management, Shared Signals Framework 1.0 section 8.1.1. */
import type { Directory, Stream } from '@latchkey/directory'
import { type Random, randomId } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { receiverOf } from '../signals/receiver-guard.ts'
import { ownStream, requireStreamId, unknownStream } from '../signals/receiver-streams.ts'
import {
  changedMembers,
  chosenMembers,
  refuseOthersMembers,
  StreamBody,
  streamView,
} from '../signals/stream-view.ts'
import type { Transmitter } from '../signals/transmitter.ts'

export interface SsfStreamsDeps {
  readonly issuer: string
  readonly streams: Directory['streams']
  readonly signals: Pick<Store['signals'], 'drop'>
  readonly transmitter: Pick<Transmitter, 'poke'>
  readonly pushes: { poke(): void }
  readonly random: Random
}

const Query = Type.Object({ stream_id: Type.Optional(Type.String({ maxLength: 64 })) })
type Query = Static<typeof Query>

export function ssfStreams(deps: SsfStreamsDeps) {
  const { issuer, streams } = deps
  return async (app: FastifyInstance) => {
    app.post<{ Body: StreamBody }>(
      '/ssf/streams',
      { schema: { body: StreamBody } },
      async (request, reply) => {
        const members = chosenMembers(request.body)
        const [id, clientId] = [randomId(deps.random), receiverOf(request).id]
        const stream = await streams.create({ id, clientId, ...members })
        // It hears of everything that ends from the moment on at which it knows that it is there.
        await deps.transmitter.poke()
        return await reply.code(201).send(streamView(stream, issuer))
      },
    )

    app.get<{ Querystring: Query }>(
      '/ssf/streams',
      { schema: { querystring: Query }, config: { readonly: true } },
      async (request) => {
        const client = receiverOf(request)
        const { stream_id: id } = request.query
        if (id !== undefined) return streamView(await ownStream(client, id, streams), issuer)
        const own = (await streams.list()).filter(({ clientId }) => clientId === client.id)
        return own.map((stream) => streamView(stream, issuer))
      },
    )

    for (const [method, members] of [
      ['PATCH', changedMembers],
      ['PUT', (_stream: Stream, body: StreamBody) => chosenMembers(body)],
    ] as const) {
      app.route<{ Body: StreamBody }>({
        method,
        url: '/ssf/streams',
        schema: { body: StreamBody },
        handler: async (request) => {
          const id = requireStreamId(request.body.stream_id)
          const stream = await ownStream(receiverOf(request), id, streams)
          refuseOthersMembers(request.body, stream, issuer)
          const changed = await streams.replace(id, members(stream, request.body))
          if (!changed) throw unknownStream()
          deps.pushes.poke()
          return streamView(changed, issuer)
        },
      })
    }

    app.delete<{ Querystring: Query }>(
      '/ssf/streams',
      { schema: { querystring: Query } },
      async (request, reply) => {
        const id = requireStreamId(request.query.stream_id)
        await ownStream(receiverOf(request), id, streams)
        await streams.remove(id)
        await deps.signals.drop(id)
        return await reply.code(204).send()
      },
    )
  }
}
