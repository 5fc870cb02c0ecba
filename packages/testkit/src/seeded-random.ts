import { createHash } from 'node:crypto'
import type { Random } from '@latchkey/protocol'

/** The same bytes for the same seed: SHA-256 over seed and counter. For tests only; anybody can compute them. */
export function seededRandom(seed: string): Random {
  let counter = 0
  return {
    bytes: (count) => {
      const blocks: Buffer[] = []
      for (let have = 0; have < count; have += 32) {
        blocks.push(createHash('sha256').update(`${seed} ${counter++}`).digest())
      }
      return Buffer.concat(blocks).subarray(0, count)
    },
  }
}
