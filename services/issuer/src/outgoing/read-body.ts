import type { IncomingMessage } from 'node:http'

export type BodyOutcome =
  | { readonly kind: 'read'; readonly body: string }
  | { readonly kind: 'refused'; readonly why: string }

/** A key set of 32 large RSA keys has 25 KB. */
export const MOST_BODY_BYTES = 64 * 1024

/**
 * The body as text, when it is of one of the media types and small. Nothing is decompressed: a small body stays a small one.
 * Closes the connection in every case. Throws when it breaks.
 */
export async function readBody(
  response: IncomingMessage,
  mediaTypes: readonly string[],
): Promise<BodyOutcome> {
  try {
    const { headers } = response
    const mediaType = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
    if (!mediaTypes.includes(mediaType)) return { kind: 'refused', why: 'media_type_refused' }
    if ((headers['content-encoding'] ?? 'identity').toLowerCase() !== 'identity') {
      return { kind: 'refused', why: 'encoding_refused' }
    }
    const parts: Buffer[] = []
    let bytes = 0
    for await (const part of response as AsyncIterable<Buffer>) {
      bytes += part.length
      if (bytes > MOST_BODY_BYTES) return { kind: 'refused', why: 'body_too_large' }
      parts.push(part)
    }
    return { kind: 'read', body: Buffer.concat(parts).toString() }
  } finally {
    response.destroy()
  }
}
