import { hkdfSync, webcrypto } from 'node:crypto'
import { type CompactDecryptGetKey, CompactEncrypt, compactDecrypt } from 'jose'

/** Seals texts for the browser to keep: JWE compact, `dir` with A256GCM (RFC 7516, RFC 7518 sections 4.5 and 5.3). */
export interface CookieBox {
  seal(text: string): Promise<string>
  /** The text, or undefined: not ours, for another purpose, changed, or sealed with a secret that is gone. */
  open(sealed: string): Promise<string | undefined>
}

interface BoxKey {
  readonly kid: string
  readonly key: webcrypto.CryptoKey
}

/**
 * `purpose` and `context` go into the key (HKDF-SHA-256, RFC 5869), so what was sealed as a transaction never opens as
 * a session, nor a cookie of another app that shares the secret. The first secret seals, all of them open.
 */
export async function cookieBox(
  secrets: readonly string[],
  purpose: string,
  context: readonly string[],
): Promise<CookieBox> {
  const keys = await Promise.all(secrets.map((secret) => boxKey(secret, [purpose, ...context])))
  const [first] = keys
  if (first === undefined) throw new RangeError('a cookie box needs a secret')
  const byKid = new Map(keys.map(({ kid, key }) => [kid, key]))
  const keyOf: CompactDecryptGetKey = ({ kid }) => {
    const key = byKid.get(kid ?? '')
    if (key === undefined) throw new RangeError('unknown kid')
    return key
  }
  const encoder = new TextEncoder()
  const decoder = new TextDecoder()
  const algorithms = {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  }
  return {
    seal: (text) =>
      new CompactEncrypt(encoder.encode(text))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: first.kid })
        .encrypt(first.key),
    async open(sealed) {
      try {
        const opened = await compactDecrypt(sealed, keyOf, algorithms)
        return decoder.decode(opened.plaintext)
      } catch {
        // Whatever is wrong with it, the answer is the same: there is no such cookie.
        return undefined
      }
    },
  }
}

async function boxKey(secret: string, fields: readonly string[]): Promise<BoxKey> {
  // Each field is preceded by its length, so that no two lists of fields give the same bytes.
  const info = ['latchkey/login/v1', ...fields].map((field) => `${field.length}:${field}`).join('')
  const bytes = Buffer.from(hkdfSync('sha256', secret, '', info, 38))
  const key = await webcrypto.subtle.importKey('raw', bytes.subarray(0, 32), 'AES-GCM', false, [
    'encrypt',
    'decrypt',
  ])
  return { key, kid: bytes.subarray(32).toString('base64url') }
}
