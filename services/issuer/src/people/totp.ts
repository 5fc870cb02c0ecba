/** Time-based one-time codes: RFC 6238, on the HOTP of RFC 4226 section 5.3. HMAC-SHA-1 and six digits: what authenticator apps speak. */
import { createHmac } from 'node:crypto'
import { sameText } from '../keys/same-text.ts'

/** RFC 6238 section 4.1. */
export const CODE_PERIOD_SECONDS = 30
const CODE_DIGITS = 6
/** RFC 4226 section 4, R6: at least 128 bits, 160 recommended. */
export const CODE_SECRET_BYTES = 20

/** Phones are late or early by one step; RFC 6238 section 5.2 recommends no more. */
const STEPS_APART = 1

/** Which time step it is. */
export function stepAt(nowSeconds: number): number {
  return Math.floor(nowSeconds / CODE_PERIOD_SECONDS)
}

/** The code of one time step. */
export function codeAt(secret: Buffer, step: number, digits = CODE_DIGITS): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  // RFC 4226 section 5.3: the last four bits say where the four bytes begin.
  const number = mac.readUInt32BE((mac[mac.length - 1] ?? 0) & 15) & 0x7fffffff
  return String(number % 10 ** digits).padStart(digits, '0')
}

/** The step whose code this is, undefined when it is of none around `nowSeconds`. All are compared, in constant time. */
export function stepOfCode(code: string, secret: Buffer, nowSeconds: number): number | undefined {
  const now = stepAt(nowSeconds)
  let found: number | undefined
  for (let step = now - STEPS_APART; step <= now + STEPS_APART; step++) {
    if (sameText(code, codeAt(secret, step))) found = step
  }
  return found
}
