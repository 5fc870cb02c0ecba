import type { Client, Directory, Stream } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'

/** The stream with this id if it is this client's own: others are as unknown as those that there are not. Throws InputError `unknown-stream`. */
export async function ownStream(
  client: Pick<Client, 'id'>,
  streamId: string | undefined,
  streams: Pick<Directory['streams'], 'find'>,
): Promise<Stream> {
  const stream = streamId === undefined ? undefined : await streams.find(streamId)
  if (stream?.clientId === client.id) return stream
  throw unknownStream()
}

export function unknownStream(): InputError {
  return new InputError('unknown-stream', {
    received: 'another one',
    expected: 'the stream_id of a stream of this client',
    where: 'stream_id',
  })
}

/** Section 8.1: it must stand in the request. Throws InputError `stream-id`. */
export function requireStreamId(streamId: string | undefined): string {
  if (streamId !== undefined) return streamId
  throw new InputError('stream-id', {
    received: 'none',
    expected: 'the id of the stream',
    where: 'stream_id',
  })
}
