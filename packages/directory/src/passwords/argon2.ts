/** Password hashes: argon2 (RFC 9106) as PHC strings. Ours are argon2id; argon2i and argon2d come from elsewhere. */
import type { Random } from '@latchkey/protocol'
import { hash, verify } from '@node-rs/argon2'
import { passwordText } from '../checks/password.ts'
import { fromBase64, type HashFormat, phcPair, within } from './hash-format.ts'

export interface HashingCost {
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
}

/** OWASP's second recommendation: 19 MiB and about 11 ms. Hashes of another cost are renewed at the next sign-in. */
export const HASHING_COST: HashingCost = { memoryKiB: 19_456, passes: 2, lanes: 1 }

/** A hash from elsewhere may cost more than ours, but not so much that a few sign-ins stop the issuer. */
const IMPORT_LIMITS = { memoryKiB: 262_144, passes: 16, lanes: 8 }

const STORED = /^\$argon2(id|i|d)\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/

const SALT_BYTES = 16
const OUTPUT_BYTES = 32

export function hashText(text: string, cost: HashingCost, random: Random): Promise<string> {
  return hash(text, {
    memoryCost: cost.memoryKiB,
    timeCost: cost.passes,
    parallelism: cost.lanes,
    outputLen: OUTPUT_BYTES,
    salt: random.bytes(SALT_BYTES),
  })
}

export function needsNewHash(stored: string, cost: HashingCost): boolean {
  const today = `$argon2id$v=19$m=${cost.memoryKiB},t=${cost.passes},p=${cost.lanes}$`
  return !stored.startsWith(today)
}

/** A hash that no password has, and that takes as long to find that out as any other. */
export function decoyHash(cost: HashingCost, random: Random): string {
  const base64 = (bytes: number) => random.bytes(bytes).toString('base64').replace(/=+$/, '')
  const { memoryKiB, passes, lanes } = cost
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${base64(SALT_BYTES)}$${base64(OUTPUT_BYTES)}`
}

export const argon2: HashFormat = {
  read: (text) => {
    // Django writes the name of its hasher before it.
    const [, type, m, t, p, salt, hash] = STORED.exec(text.replace(/^argon2(?=\$)/, '')) ?? []
    const memoryKiB = within(m, 8, IMPORT_LIMITS.memoryKiB)
    const passes = within(t, 1, IMPORT_LIMITS.passes)
    const lanes = within(p, 1, IMPORT_LIMITS.lanes)
    const pair = salt && hash ? phcPair(fromBase64(salt), fromBase64(hash)) : undefined
    if (memoryKiB === undefined || passes === undefined || lanes === undefined || !pair)
      return undefined
    if (memoryKiB < 8 * lanes) return undefined
    return `$argon2${type}$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${pair.salt}$${pair.hash}`
  },
  owns: (stored) => STORED.test(stored),
  // Our own hashes are of the normalised text, and an argon2id hash does not say whose it is.
  matches: async (stored, password) => {
    const isOurs = stored.startsWith('$argon2id$')
    return await verify(stored, isOurs ? (passwordText(password) ?? '') : password)
  },
}
