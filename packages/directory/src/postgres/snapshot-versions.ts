import type { Versions } from '../sql/versions.ts'

/**
 * Versions by the snapshot of PostgreSQL: two equal snapshots see the same transactions and so the same rows, whoever wrote
 * them, and one that has passed never comes back (numbers of transactions have 64 bits here). A look is a round trip, so
 * everybody who asks in one turn of the loop shares one that is sent after all of them have asked.
 * @param look the snapshot as text, which also says on which server it was taken
 */
export function snapshotVersions(look: () => Promise<string>): Versions {
  let snapshot = ''
  let version = 0
  let writes = 0
  let lookedAtMs = Number.NEGATIVE_INFINITY
  let next: Promise<number> | undefined

  async function lookOnce(): Promise<number> {
    await new Promise((resolve) => setImmediate(resolve))
    // Whoever asks from here on may have seen something newer than what this look will see.
    next = undefined
    const begunMs = performance.now()
    const writesBefore = writes
    const found = await look()
    // A look that was overtaken counts as a change too, which costs a read and harms nobody.
    if (found !== snapshot) version += 1
    snapshot = found
    if (writes === writesBefore) lookedAtMs = begunMs
    return version
  }

  return {
    now(lagMs) {
      if (performance.now() - lookedAtMs < lagMs) return version
      next ??= lookOnce()
      return next
    },
    wrote() {
      writes += 1
      lookedAtMs = Number.NEGATIVE_INFINITY
    },
  }
}
