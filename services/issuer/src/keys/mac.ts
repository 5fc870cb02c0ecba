/** What this issuer writes and knows again: HMAC-SHA-256 (RFC 2104) under keys derived from the master secret. */
import { createHmac, type KeyObject } from 'node:crypto'
import { sameText } from './same-text.ts'

/** As base64url: 43 characters. */
export function macOf(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url')
}

/** In constant time. Of the spellings that decode to the same bytes only the one that `macOf` writes is good. */
export function isMacOf(key: KeyObject, text: string, mac: string): boolean {
  return sameText(macOf(key, text), mac)
}
