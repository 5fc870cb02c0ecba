/** The second at which the first of these ends; absent ones have no end. Nothing that is made from all of them may live longer. */
export function firstEnd(...ends: readonly (number | undefined)[]): number {
  return Math.min(...ends.map((end) => end ?? Number.POSITIVE_INFINITY))
}
