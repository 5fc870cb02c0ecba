/** A stream as its receiver sees it: Shared Signals Framework 1.0 section 8.1.1. */
import type { Stream, StreamMembers } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import { type Static, Type } from 'typebox'
import { EVENTS_SUPPORTED, eventsDelivered } from './event-types.ts'

export const PUSH = 'urn:ietf:rfc:8935'
export const POLL = 'urn:ietf:rfc:8936'

/** Members that we do not know are left alone: other profiles may add some. */
export const StreamBody = Type.Object({
  stream_id: Type.Optional(Type.String({ maxLength: 64 })),
  delivery: Type.Optional(
    Type.Object({
      method: Type.Union([Type.Literal(PUSH), Type.Literal(POLL)]),
      endpoint_url: Type.Optional(Type.String({ maxLength: 2048 })),
      authorization_header: Type.Optional(Type.String({ maxLength: 1024 })),
    }),
  ),
  events_requested: Type.Optional(Type.Array(Type.String({ maxLength: 256 }), { maxItems: 64 })),
  description: Type.Optional(Type.String({ maxLength: 1024 })),
})
export type StreamBody = Static<typeof StreamBody>

export function pollAddress(issuer: string, streamId: string): string {
  return `${issuer}/ssf/streams/${streamId}/poll`
}

export function streamView(stream: Stream, issuer: string) {
  const { delivery, description } = stream
  return {
    stream_id: stream.id,
    iss: issuer,
    aud: stream.clientId,
    events_supported: EVENTS_SUPPORTED,
    events_requested: stream.eventsRequested,
    events_delivered: eventsDelivered(stream.eventsRequested),
    delivery:
      delivery.method === 'push'
        ? {
            method: PUSH,
            endpoint_url: delivery.endpoint,
            ...(delivery.authorizationHeader !== undefined && {
              authorization_header: delivery.authorizationHeader,
            }),
          }
        : { method: POLL, endpoint_url: pollAddress(issuer, stream.id) },
    ...(description !== undefined && { description }),
  }
}

/** What the receiver chose. Sections 8.1.1.1 and 8.1.1.4: what is missing has been taken away; without a delivery it is polled. */
export function chosenMembers(body: StreamBody): StreamMembers {
  return {
    delivery: chosenDelivery(body.delivery),
    eventsRequested: body.events_requested ?? [],
    ...(body.description !== undefined && { description: body.description }),
  }
}

/** Section 8.1.1.3: what is missing stays. */
export function changedMembers(stream: Stream, body: StreamBody): StreamMembers {
  const description = body.description ?? stream.description
  return {
    delivery: body.delivery === undefined ? stream.delivery : chosenDelivery(body.delivery),
    eventsRequested: body.events_requested ?? stream.eventsRequested,
    ...(description !== undefined && { description }),
  }
}

/** The address of a poll is the transmitter's; whatever stands there is not looked at. */
function chosenDelivery(delivery: StreamBody['delivery']): StreamMembers['delivery'] {
  if (delivery === undefined || delivery.method === POLL) return { method: 'poll' }
  const { endpoint_url: endpoint, authorization_header: authorizationHeader } = delivery
  if (endpoint === undefined) {
    throw new InputError('stream-endpoint', {
      received: 'none',
      expected: 'the address to push to',
      where: 'delivery.endpoint_url',
    })
  }
  return {
    method: 'push',
    endpoint,
    ...(authorizationHeader !== undefined && { authorizationHeader }),
  }
}

/** Sections 8.1.1.3 and 8.1.1.4: what is the transmitter's may be repeated, as it is. Throws InputError `stream-member`. */
export function refuseOthersMembers(body: object, stream: Stream, issuer: string): void {
  const view = streamView(stream, issuer)
  const members = body as Readonly<Record<string, unknown>>
  for (const name of ['iss', 'aud', 'events_supported', 'events_delivered'] as const) {
    if (members[name] === undefined || sameValue(members[name], view[name])) continue
    throw new InputError('stream-member', {
      received: 'another value',
      expected: 'what the transmitter has said, or nothing',
      where: name,
    })
  }
}

/** An audience is one text or a list of one (RFC 7519 section 4.1.3). */
function sameValue(given: unknown, own: string | readonly string[]): boolean {
  const [one, other] = [[given].flat().map(String), [own].flat()]
  return one.length === other.length && other.every((text) => one.includes(text))
}
