import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { InputError } from '@latchkey/protocol'

const KEY_BYTES = 32
const MIN_MASTER_BYTES = 32
/** What `node:crypto` takes as the context of HKDF. */
const MAX_CONTEXT_BYTES = 1024

/** The master secret: at least 32 random bytes, known to the issuer only. */
export type MasterSecret = KeyObject | Uint8Array

/**
 * A key of the issuer for one purpose, for example `latchkey/refresh/v1`. Equal labels give equal keys, so a label names one
 * purpose (RFC 5869 section 3.2). No label gives the key of a service.
 * @throws InputError `master-key-short`, `key-context-long`
 */
export function deriveKey(master: MasterSecret, label: string): KeyObject {
  return expand(master, [label])
}

/**
 * HKDF-SHA-256 (RFC 5869) without salt. Each field goes in with its length before it, four bytes big-endian, so that no two
 * lists of fields make the same context: `a`, `bc` is not `ab`, `c`.
 * @throws InputError `master-key-short`, `key-context-long`
 */
export function expand(master: MasterSecret, fields: readonly string[]): KeyObject {
  const secret = master instanceof Uint8Array ? master : master.export()
  if (secret.length < MIN_MASTER_BYTES) {
    throw new InputError('master-key-short', {
      received: `${secret.length} bytes`,
      expected: `a master secret of at least ${MIN_MASTER_BYTES} random bytes`,
    })
  }
  const context = Buffer.concat(fields.flatMap((field) => [lengthOf(field), Buffer.from(field)]))
  if (context.length > MAX_CONTEXT_BYTES) {
    throw new InputError('key-context-long', {
      received: `${context.length} bytes`,
      expected: `issuer and audience of together less than ${MAX_CONTEXT_BYTES} bytes`,
    })
  }
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', context, KEY_BYTES)))
}

function lengthOf(field: string): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(Buffer.byteLength(field))
  return length
}
