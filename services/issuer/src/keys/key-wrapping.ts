/** Private keys rest in SQL wrapped by a key derived from the master secret: AES-256-GCM, NIST SP 800-38D. */
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { InputError, type Random } from '@latchkey/protocol'

const IV_BYTES = 12
const TAG_BYTES = 16

/** `kid` is authenticated with the ciphertext, so that a wrapped key cannot be moved to another row. */
export function wrapKey(
  plain: Buffer,
  kid: string,
  wrappingKey: KeyObject,
  random: Random,
): string {
  const iv = random.bytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', wrappingKey, iv).setAAD(Buffer.from(kid))
  const body = Buffer.concat([cipher.update(plain), cipher.final()])
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
}

/** @throws InputError `master-key-wrong` when the master secret is not the one that wrapped it */
export function unwrapKey(wrapped: string, kid: string, wrappingKey: KeyObject): Buffer {
  const bytes = Buffer.from(wrapped, 'base64url')
  try {
    const decipher = createDecipheriv('aes-256-gcm', wrappingKey, bytes.subarray(0, IV_BYTES), {
      // Node would also take tags of four bytes.
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(kid))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()])
  } catch {
    throw new InputError('master-key-wrong', {
      where: `signing key ${kid}`,
      received: 'a master key that does not open it',
      expected: 'the master key that this directory was created with (LATCHKEY_MASTER_KEY)',
    })
  }
}
