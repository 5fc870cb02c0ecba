/** Password hashes: argon2id (RFC 9106) as PHC strings. */
import { InputError, type Random } from '@latchkey/protocol'
import { hash, parseOptions, verify } from '@node-rs/argon2'

export interface HashingCost {
  readonly memoryKiB: number
  readonly passes: number
  readonly lanes: number
}

/** OWASP's second recommendation: 19 MiB and about 11 ms. Hashes of another cost are renewed at the next sign-in. */
export const HASHING_COST: HashingCost = { memoryKiB: 19_456, passes: 2, lanes: 1 }

/** A hash from elsewhere may cost more than ours, but not so much that a few sign-ins stop the issuer. */
const IMPORT_LIMITS = { memoryKiB: 262_144, passes: 16, lanes: 8, outputBytes: 64, saltBytes: 64 }
const LEAST_OUTPUT_BYTES = 16
const LEAST_SALT_BYTES = 8

const PHC =
  /^\$argon2id\$v=19\$m=\d{1,7},t=\d{1,2},p=\d\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}$/
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

/** At the cost that stands in the hash. */
export function matches(passwordHash: string, text: string): Promise<boolean> {
  return verify(passwordHash, text)
}

export function needsNewHash(passwordHash: string, cost: HashingCost): boolean {
  const { memoryCost, timeCost, parallelism } = parseOptions(passwordHash)
  return memoryCost !== cost.memoryKiB || timeCost !== cost.passes || parallelism !== cost.lanes
}

/** A hash that no password has, and that takes as long to find that out as any other. */
export function decoyHash(cost: HashingCost, random: Random): string {
  const base64 = (bytes: number) => random.bytes(bytes).toString('base64').replace(/=+$/, '')
  const { memoryKiB, passes, lanes } = cost
  return `$argon2id$v=19$m=${memoryKiB},t=${passes},p=${lanes}$${base64(SALT_BYTES)}$${base64(OUTPUT_BYTES)}`
}

/** Checks a hash that was computed elsewhere. Throws InputError `password-hash`, which does not repeat it. */
export function checkPasswordHash(passwordHash: string, where: string): string {
  if (PHC.test(passwordHash) && isWithinLimits(passwordHash)) return passwordHash
  throw new InputError('password-hash', {
    received: 'something else',
    expected: 'an argon2id PHC string ($argon2id$v=19$m=…,t=…,p=…$salt$hash) of reasonable cost',
    where,
  })
}

function isWithinLimits(passwordHash: string): boolean {
  try {
    const { memoryCost, timeCost, parallelism, outputLen, saltLen } = parseOptions(passwordHash)
    return (
      memoryCost <= IMPORT_LIMITS.memoryKiB &&
      timeCost <= IMPORT_LIMITS.passes &&
      parallelism <= IMPORT_LIMITS.lanes &&
      outputLen >= LEAST_OUTPUT_BYTES &&
      outputLen <= IMPORT_LIMITS.outputBytes &&
      saltLen >= LEAST_SALT_BYTES &&
      saltLen <= IMPORT_LIMITS.saltBytes
    )
  } catch {
    // The parser's message may repeat a part of the hash.
    return false
  }
}
