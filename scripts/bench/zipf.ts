/** Small and repeatable; nothing here is secret. Numbers from 0 up to, not including, 1. */
export function repeatableRandom(seed: number): () => number {
  let state = seed >>> 0
  // Mulberry32, public domain.
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * Draws from `count` things, the n-th of which comes 1/n times as often as the first (Zipf, s = 1): how often the callers of a
 * service come, more or less. With 10,000 of them the 100 busiest make half of the requests.
 */
export function zipf(count: number, random: () => number): () => number {
  const upTo = new Float64Array(count)
  let sum = 0
  for (let n = 0; n < count; n++) {
    sum += 1 / (n + 1)
    upTo[n] = sum
  }
  return () => {
    const wanted = random() * sum
    let low = 0
    let high = count - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((upTo[middle] as number) < wanted) low = middle + 1
      else high = middle
    }
    return low
  }
}
