/** What bitmaps mean here, as the issuer has told it: packages/permissions/README.md. */
import type { Feed, Numbering as Told } from '@latchkey/feed'
import { isRouteList, type RoutesBitmap, type RoutesClaim } from '@latchkey/protocol'

/**
 * `readable`: what it says is known, or it is a list. `pending`: the issuer has been asked, and this verifier is behind.
 * `foreign`: the issuer has answered since, and there is no such catalogue (any more).
 */
export type Standing = 'readable' | 'pending' | 'foreign'

export interface Numbering {
  standing(routes: RoutesClaim): Standing
  /** So many routes, from number 0, the bitmap speaks about; undefined when nothing is known about its catalogue. */
  lengthOf(bitmap: RoutesBitmap): number | undefined
  /** True when it says something else than before. */
  replace(told: Told): boolean
  /** Other routes are published: what was known is about those before. */
  forget(): void
}

/** Questions carry all routes of the service, and some catalogues grow many times in a row while a version is rolled out. */
const ASK_EVERY_MS = 250
/** An answer that does not come: the directory of the issuer may have been away. */
const ASK_AGAIN_MS = 1000
/** Hashes that were asked about: only tokens of the issuer can name one, and it has few at a time. */
const MOST_AWAITED = 256

export function numbering(
  feed: Pick<Feed, 'askCatalogue'>,
  clock: { monotonicMs(): number },
): Numbering {
  let isPublished = false
  let lengths: ReadonlyMap<string, number> | undefined
  let current = ''
  /** The latest question that was answered. */
  let answered = 0
  let askedAtMs = Number.NEGATIVE_INFINITY
  /** By hash, the question whose answer decides. */
  const awaited = new Map<string, number>()

  function unknown(hash: string): Standing {
    const question = awaited.get(hash)
    if (question !== undefined && answered >= question) return 'foreign'
    const nowMs = clock.monotonicMs()
    if (nowMs - askedAtMs < (question === undefined ? ASK_EVERY_MS : ASK_AGAIN_MS)) return 'pending'
    askedAtMs = nowMs
    awaited.delete(hash)
    awaited.set(hash, feed.askCatalogue())
    const [oldest] = awaited.keys()
    if (awaited.size > MOST_AWAITED && oldest !== undefined) awaited.delete(oldest)
    return 'pending'
  }

  return {
    standing: (routes) => {
      // Without a catalogue of its own this verifier has no numbers, and never will: the token is good, and opens nothing.
      if (isRouteList(routes) || !isPublished) return 'readable'
      if (lengths === undefined) return 'pending'
      return lengths.has(routes.c) ? 'readable' : unknown(routes.c)
    },
    lengthOf: ({ c }) => lengths?.get(c),
    replace: ({ answers, numbers, heads }) => {
      answered = Math.max(answered, answers)
      const text = JSON.stringify([numbers, heads])
      if (text === current) return false
      current = text
      lengths = new Map(heads.map(([length, hash]) => [hash, length]))
      for (const hash of lengths.keys()) awaited.delete(hash)
      return true
    },
    forget: () => {
      isPublished = true
      lengths = undefined
      current = ''
    },
  }
}
