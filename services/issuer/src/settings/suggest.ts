/**
 * How many single-character edits (insert, delete, replace, swap of neighbours) lead from one text to the other:
 * optimal string alignment distance. Swaps count once because they are the most common slip of the keyboard.
 */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replace = (last[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      let best = Math.min(replace, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1)
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (row > 1 && column > 1 && swapped) {
        best = Math.min(best, (beforeLast[column - 2] ?? 0) + 1)
      }
      current.push(best)
    }
    beforeLast = last
    last = current
  }
  return last[to.length] ?? 0
}

/** The known name that was probably meant, or undefined when none is near: at most a third of its characters differ. */
export function suggest(unknown: string, known: Iterable<string>): string | undefined {
  let nearest: string | undefined
  let nearestDistance = Number.POSITIVE_INFINITY
  for (const name of known) {
    // The distance is at least the difference in length: longer texts need not be compared.
    if (Math.abs(name.length - unknown.length) > 4) continue
    const distance = editDistance(unknown.toLowerCase(), name)
    if (distance < nearestDistance) {
      nearest = name
      nearestDistance = distance
    }
  }
  return nearest !== undefined && nearestDistance <= Math.max(1, nearest.length / 3)
    ? nearest
    : undefined
}
