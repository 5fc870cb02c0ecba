/** HS256 keys on the feed: compact JWE, `dir` with A256GCM. RFC 7516 sections 3.1 and 5, RFC 7518 sections 4.5 and 5.3. */
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import type { Random } from './random.ts'

const IV_BYTES = 12
const TAG_BYTES = 16
/** Header, an empty encrypted key, IV, 32 bytes of ciphertext, tag. */
const COMPACT = /^([\w-]{1,256})\.\.([\w-]{16})\.([\w-]{43})\.([\w-]{22})$/

/** @param k 32 bytes, base64url */
export function wrapFeedKey(key: KeyObject, kid: string, k: string, random: Random): string {
  const header = headerOf(kid)
  const iv = random.bytes(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  cipher.setAAD(Buffer.from(header))
  const text = Buffer.concat([cipher.update(Buffer.from(k, 'base64url')), cipher.final()])
  const parts = [iv, text, cipher.getAuthTag()].map((part) => part.toString('base64url'))
  return `${header}..${parts.join('.')}`
}

/** The 32 bytes as base64url; undefined when it was not wrapped with this key and for this `kid`. */
export function unwrapFeedKey(key: KeyObject, kid: string, jwe: string): string | undefined {
  const [, header, iv, text, tag] = COMPACT.exec(jwe) ?? []
  if (iv === undefined || text === undefined || tag === undefined) return undefined
  // The header is the one that is written here, to the letter: nothing in it is up to the sender.
  if (header !== headerOf(kid)) return undefined
  const options = { authTagLength: TAG_BYTES }
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(iv, 'base64url'), options)
  decipher.setAAD(Buffer.from(header))
  decipher.setAuthTag(Buffer.from(tag, 'base64url'))
  try {
    const bytes = [decipher.update(Buffer.from(text, 'base64url')), decipher.final()]
    return Buffer.concat(bytes).toString('base64url')
  } catch {
    return undefined
  }
}

function headerOf(kid: string): string {
  return Buffer.from(JSON.stringify({ alg: 'dir', enc: 'A256GCM', kid })).toString('base64url')
}
