/** One way in which another system keeps passwords. */
export interface HashFormat {
  /**
   * The form in which it is stored here. Undefined for what is something else, or would cost so much that a few sign-ins could stop
   * the issuer (attack G3). Takes what it has given, too.
   */
  read(text: string): string | undefined
  /** Whether it is a stored hash of this format. */
  owns(stored: string): boolean
  /** Off the main thread, at the cost that stands in the hash. The password as it was typed: other systems do not normalise. */
  matches(stored: string, password: string): Promise<boolean>
}

/** Bytes of salts and hashes that somebody may have chosen in earnest. */
const SALT_BYTES = { least: 8, most: 64 }
const HASH_BYTES = { least: 16, most: 64 }

/** Standard base64 without padding, as PHC strings have it; undefined when salt or hash are too short, too long or no base64. */
export function phcPair(
  salt: Buffer | undefined,
  hash: Buffer | undefined,
): { salt: string; hash: string } | undefined {
  if (!salt || salt.length < SALT_BYTES.least || salt.length > SALT_BYTES.most) return undefined
  if (!hash || hash.length < HASH_BYTES.least || hash.length > HASH_BYTES.most) return undefined
  return { salt: unpadded(salt), hash: unpadded(hash) }
}

/** With or without padding; undefined for anything that has another spelling. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return unpadded(bytes) === text.replace(/={1,2}$/, '') ? bytes : undefined
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

/** A number of digits between two bounds. */
export function within(
  digits: string | undefined,
  least: number,
  most: number,
): number | undefined {
  const value = /^\d{1,9}$/.test(digits ?? '') ? Number(digits) : Number.NaN
  return value >= least && value <= most ? value : undefined
}
