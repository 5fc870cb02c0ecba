/** scrypt (RFC 7914) as Passlib and Django write it. */
import { scrypt as derive, type ScryptOptions, timingSafeEqual } from 'node:crypto'
import { fromBase64, type HashFormat, phcPair, within } from './hash-format.ts'

const STORED = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/
const DJANGO = /^scrypt\$(\d+)\$([!-#%-~]+)\$(\d+)\$(\d+)\$([^$]+)$/

/** 128 MiB is what OWASP's first recommendation takes. */
const MOST_MEMORY_BYTES = 128 * 1024 * 1024
/** N · r · p: twice that recommendation, about 0.8 seconds. */
const MOST_WORK = 2 ** 21

export const scrypt: HashFormat = {
  read: (text) => {
    const parts = passlibParts(text) ?? djangoParts(text)
    if (!parts) return undefined
    const { log, r, p } = parts
    const pair = phcPair(parts.salt, fromBase64(parts.hash))
    if (log === undefined || r === undefined || p === undefined || !pair) return undefined
    const isAffordable = 128 * 2 ** log * r <= MOST_MEMORY_BYTES && 2 ** log * r * p <= MOST_WORK
    return isAffordable ? `$scrypt$ln=${log},r=${r},p=${p}$${pair.salt}$${pair.hash}` : undefined
  },
  owns: (stored) => STORED.test(stored),
  matches: async (stored, password) => {
    const [, log, r, p, salt = '', hash = ''] = STORED.exec(stored) ?? []
    const expected = Buffer.from(hash, 'base64')
    const cost = { N: 2 ** Number(log), r: Number(r), p: Number(p), maxmem: 2 * MOST_MEMORY_BYTES }
    const derived = await deriveBytes(password, Buffer.from(salt, 'base64'), expected.length, cost)
    return timingSafeEqual(derived, expected)
  },
}

/** `$scrypt$ln=16,r=8,p=1$salt$hash` */
function passlibParts(text: string) {
  const [, log, r, p, salt, hash] = STORED.exec(text) ?? []
  if (!salt || !hash) return undefined
  return { log: within(log, 4, 20), ...blocks(r, p), salt: fromBase64(salt), hash }
}

/** `scrypt$16384$salt$8$5$hash`: N itself, and the salt is text. */
function djangoParts(text: string) {
  const [, cost, salt, r, p, hash] = DJANGO.exec(text) ?? []
  if (!salt || !hash) return undefined
  const log = Math.log2(Number(cost))
  const whole = Number.isInteger(log) ? within(`${log}`, 4, 20) : undefined
  return { log: whole, ...blocks(r, p), salt: Buffer.from(salt), hash }
}

function blocks(r: string | undefined, p: string | undefined) {
  return { r: within(r, 1, 32), p: within(p, 1, 16) }
}

function deriveBytes(password: string, salt: Buffer, length: number, cost: ScryptOptions) {
  return new Promise<Buffer>((resolve, reject) => {
    derive(password, salt, length, cost, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
