import { randomFillSync } from 'node:crypto'

/** Where chance comes from. Tests seed it; production uses `systemRandom`. */
export interface Random {
  /** Cryptographically strong bytes. */
  bytes(count: number): Buffer
}

export const systemRandom: Random = { bytes: randomFromPool() }

/** Each call of the system's generator costs 10 µs, however few bytes it is for. What was given out is wiped here. */
function randomFromPool(): Random['bytes'] {
  const pool = Buffer.alloc(4096)
  let used = pool.length
  return (count) => {
    if (count > pool.length) return randomFillSync(Buffer.alloc(count))
    if (used + count > pool.length) {
      randomFillSync(pool)
      used = 0
    }
    const given = Buffer.from(pool.subarray(used, used + count))
    pool.fill(0, used, used + count)
    used += count
    return given
  }
}

/** 128 random bits as 22 characters of base64url: the tail of every id that must not be guessed or collide. */
export function randomId(random: Random): string {
  return random.bytes(16).toString('base64url')
}
