import { hash } from 'node:crypto'

/** SHA-256 in base64url: what is kept in place of a secret or of a text without bounds. */
export function textDigest(text: string): string {
  return hash('sha256', text, 'base64url')
}
