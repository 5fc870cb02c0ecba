/** The payload segment of a JWT: RFC 7519 section 3, RFC 7515 section 5.2. */
import { LIMITS } from '@latchkey/protocol'
import type { TokenFault } from './access-token.ts'
import { parseStrictObject } from './strict-json.ts'

/** Payloads are decoded here one after the other: a buffer for each would cost more than the decoding. */
const scratch = Buffer.alloc(LIMITS.tokenBytes)

/**
 * The claims that a payload segment holds, strictly: the text must be the one base64url text of its bytes (as in `decodeBase64url`),
 * and the bytes one JSON object (as in `parseStrictObject`). A segment that is longer than any token is not canonical.
 */
export function readPayload(segment: string): Record<string, unknown> | TokenFault {
  const length = scratch.write(segment, 'base64url')
  if (scratch.toString('base64url', 0, length) !== segment) return 'not_canonical'
  return parseStrictObject(scratch, length) ?? 'bad_payload'
}
