import { InputError } from '@latchkey/protocol'

/** 32 bytes in base64url; the last of 43 characters has two unused bits, which are zero in the only spelling. */
const SHA256 = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/

/** Throws InputError `digest`, which does not repeat the text: it may be what should have been hashed. */
export function checkSha256(text: string, where: string): void {
  if (isSha256(text)) return
  const expected = '43 characters of base64url: a SHA-256 digest'
  throw new InputError('digest', { received: 'something else', expected, where })
}

export function isSha256(text: string): boolean {
  return SHA256.test(text)
}
