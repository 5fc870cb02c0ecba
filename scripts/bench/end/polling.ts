/** Services that ask every second whether somebody has ended: what most do who look at all. */

const EVERY_MS = 1000

/** Milliseconds from the call until each of the services has seen it. */
export async function timePolling(
  count: number,
  latest: () => Promise<number>,
  end: () => Promise<unknown>,
): Promise<{ meanMs: number; lastMs: number }> {
  const before = await latest()
  const begun = performance.now()
  // Nobody starts them together: their moments lie anywhere in the second.
  const seen = Array.from({ length: count }, async () => {
    let waitMs = Math.random() * EVERY_MS
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      if ((await latest()) > before) return performance.now() - begun
      waitMs = EVERY_MS
    }
  })
  await end()
  const times = await Promise.all(seen)
  return { meanMs: times.reduce((sum, ms) => sum + ms, 0) / count, lastMs: Math.max(...times) }
}
