/** What an authenticator app reads: the `otpauth` address of the apps' key format, secrets in base32 (RFC 4648 section 6). */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Without padding, which apps do not expect. */
export function base32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    for (; bits >= 5; bits -= 5) text += LETTERS[(value >> (bits - 5)) & 31]
  }
  return bits === 0 ? text : text + LETTERS[(value << (5 - bits)) & 31]
}

/** Longer user names would make the QR code too dense; the app shows the label and does nothing else with it. */
const MOST_LABEL_CHARS = 64

export interface Enrolment {
  /** The public address of the issuer, whose host names it in the app. */
  readonly issuer: string
  readonly username: string
  readonly secret: Uint8Array
}

/** Digits, period and hash are not named: they are those that every app takes for granted. */
export function enrolmentAddress({ issuer, username, secret }: Enrolment): string {
  const host = encodeURIComponent(new URL(issuer).host)
  const label = encodeURIComponent(username)
  const name = label.length <= MOST_LABEL_CHARS ? `${host}:${label}` : host
  return `otpauth://totp/${name}?secret=${base32(secret)}&issuer=${host}`
}
