/**
 * Bytes of a base64url text (RFC 4648 section 5, without padding: RFC 7515 section 2), or undefined when the text is not
 * the one that encoding gives. Node's decoder skips foreign characters, reads two alphabets and ignores unused
 * bits; encoding again and comparing leaves one text for each sequence of bytes.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}

export function encodeBase64url(text: string): string {
  return Buffer.from(text).toString('base64url')
}
