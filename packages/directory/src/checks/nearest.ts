/** The candidate that was probably meant, by edit distance: at most a third of the letters differ. */
export function nearest(text: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined
  let fewest = Math.floor(Math.max(text.length, 3) / 3) + 1
  for (const candidate of candidates) {
    // Whatever the letters are, they differ at least by the difference of the lengths.
    if (Math.abs(candidate.length - text.length) >= fewest) continue
    const edits = editDistance(text.toLowerCase(), candidate.toLowerCase())
    if (edits < fewest) {
      fewest = edits
      best = candidate
    }
  }
  return best
}

/** Levenshtein: letters to insert, take away or replace. One row of the table at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = at(row, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, at(row, j) + 1, at(next, j - 1) + 1))
    }
    row = next
  }
  return at(row, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] as number
}
