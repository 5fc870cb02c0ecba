import { InputError } from '@latchkey/protocol'
import type { Sealing } from '../contract/sealing.ts'
import type { Stream, StreamDelivery, StreamMembers } from '../contract/stream.ts'
import { optional, textList } from '../sql/columns.ts'
import type { StreamRow } from '../sql/tables.ts'

type MemberColumns = Pick<
  StreamRow,
  'method' | 'endpoint' | 'sealed_authorization' | 'events_requested' | 'description'
>

/** What the receiver chose. Throws InputError `no-sealing` for a secret that could not be kept. */
export function memberColumns(
  id: string,
  { delivery, eventsRequested, description }: StreamMembers,
  sealing: Sealing | undefined,
): MemberColumns {
  const push = delivery.method === 'push' ? delivery : undefined
  return {
    method: delivery.method,
    endpoint: push?.endpoint ?? null,
    sealed_authorization: sealed(id, push?.authorizationHeader, sealing),
    events_requested: JSON.stringify(eventsRequested),
    description: description ?? null,
  }
}

export function streamOf(row: StreamRow, sealing: Sealing | undefined): Stream {
  return {
    id: row.id,
    clientId: row.client_id,
    status: row.status,
    statusReason: row.status_reason,
    delivery: deliveryOf(row, sealing),
    eventsRequested: textList(row.events_requested),
    ...optional('description', row.description),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
}

function deliveryOf(row: StreamRow, sealing: Sealing | undefined): StreamDelivery {
  if (row.method === 'poll') return { method: 'poll' }
  const { endpoint, sealed_authorization: sealedText } = row
  const header = opened(row.id, sealedText, sealing)
  return { method: 'push', endpoint: endpoint ?? '', ...optional('authorizationHeader', header) }
}

/** With the id, so that who can write to SQL cannot have a secret sent to another receiver. An id has no line break. */
function sealed(id: string, header: string | undefined, sealing: Sealing | undefined) {
  if (header === undefined) return null
  if (sealing !== undefined) return sealing.seal(`${id}\n${header}`)
  throw new InputError('no-sealing', {
    received: 'a header',
    expected: 'none: this directory was opened without sealing',
    where: 'delivery.authorization_header',
  })
}

function opened(id: string, text: string | null, sealing: Sealing | undefined): string | null {
  if (text === null || sealing === undefined) return null
  const plain = sealing.open(text)
  if (plain.startsWith(`${id}\n`)) return plain.slice(id.length + 1)
  throw new Error(`the stream ${id} has the sealed header of another one`)
}
