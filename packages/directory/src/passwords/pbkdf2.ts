/** PBKDF2 (RFC 8018 section 5.2) as Django, Passlib and the PHC format write it. */
import { pbkdf2 as derive, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { fromBase64, type HashFormat, phcPair, within } from './hash-format.ts'

const deriveBytes = promisify(derive)

/** Django's own default is 1,200,000; two million take about half a second. */
const ITERATIONS = { least: 1000, most: 2_000_000 }

const STORED = /^\$pbkdf2-(sha1|sha256|sha512)\$i=(\d+)\$([^$]+)\$([^$]+)$/

/** Digest, iterations, salt and hash as they are written. */
type Parts = readonly [digest: string, iterations: string, salt: Buffer | undefined, hash: string]

export const pbkdf2: HashFormat = {
  read: (text) => {
    const parts = phcParts(text) ?? djangoParts(text) ?? passlibParts(text)
    if (!parts) return undefined
    const [digest, iterations, salt, hash] = parts
    const count = within(iterations, ITERATIONS.least, ITERATIONS.most)
    const pair = phcPair(salt, fromBase64(hash))
    if (count === undefined || !pair) return undefined
    return `$pbkdf2-${digest}$i=${count}$${pair.salt}$${pair.hash}`
  },
  owns: (stored) => STORED.test(stored),
  matches: async (stored, password) => {
    const [, digest = '', iterations, salt = '', hash = ''] = STORED.exec(stored) ?? []
    const expected = Buffer.from(hash, 'base64')
    const bytes = Buffer.from(salt, 'base64')
    const derived = await deriveBytes(password, bytes, Number(iterations), expected.length, digest)
    return timingSafeEqual(derived, expected)
  },
}

/** `$pbkdf2-sha256$i=27500,l=32$salt$hash` */
function phcParts(text: string): Parts | undefined {
  const form = /^\$pbkdf2-(sha1|sha256|sha512)\$i=(\d+)(?:,l=\d+)?\$([^$]+)\$([^$]+)$/
  const [, digest, iterations, salt, hash] = form.exec(text) ?? []
  if (!digest || !iterations || !salt || !hash) return undefined
  return [digest, iterations, fromBase64(salt), hash]
}

/** `pbkdf2_sha256$870000$salt$hash`: the salt is text. */
function djangoParts(text: string): Parts | undefined {
  const form = /^pbkdf2_(sha1|sha256)\$(\d+)\$([!-#%-~]+)\$([^$]+)$/
  const [, digest, iterations, salt, hash] = form.exec(text) ?? []
  if (!digest || !iterations || !salt || !hash) return undefined
  return [digest, iterations, Buffer.from(salt), hash]
}

/** `$pbkdf2-sha256$29000$salt$hash`, and `$pbkdf2$` for SHA-1: `.` stands for `+`. */
function passlibParts(text: string): Parts | undefined {
  const form = /^\$pbkdf2(?:-(sha256|sha512))?\$(\d+)\$([\w./]+)\$([\w./]+)$/
  const [, digest = 'sha1', iterations, salt, hash] = form.exec(text) ?? []
  if (!iterations || !salt || !hash) return undefined
  return [digest, iterations, fromBase64(salt.replaceAll('.', '+')), hash.replaceAll('.', '+')]
}
