import { timingSafeEqual } from 'node:crypto'

/** Whether two texts are the same, in a time that tells their lengths at most: for whatever is secret on either side. */
export function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
