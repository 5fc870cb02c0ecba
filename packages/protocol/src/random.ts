import { randomBytes } from 'node:crypto'

/** Where chance comes from. Tests seed it; production uses `systemRandom`. */
export interface Random {
  /** Cryptographically strong bytes. */
  bytes(count: number): Buffer
}

export const systemRandom: Random = { bytes: (count) => randomBytes(count) }

/** 128 random bits as 22 characters of base64url: the tail of every id that must not be guessed or collide. */
export function randomId(random: Random): string {
  return random.bytes(16).toString('base64url')
}
