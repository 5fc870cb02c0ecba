/** The known name that starts the same or differs in at most two characters, or undefined. */
export function suggest(unknown: string, known: readonly string[]): string | undefined {
  const near = known.map((name) => ({ name, distance: distance(unknown, name) }))
  const [best] = near.filter((one) => one.distance <= 2).sort((a, b) => a.distance - b.distance)
  return best?.name ?? (unknown === '' ? undefined : known.find((name) => name.startsWith(unknown)))
}

/** Levenshtein distance. */
function distance(from: string, to: string): number {
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [row, character] of [...from].entries()) {
    const current = [row + 1]
    for (let column = 1; column <= to.length; column++) {
      const replace = (last[column - 1] ?? 0) + (character === to[column - 1] ? 0 : 1)
      current.push(Math.min(replace, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1))
    }
    last = current
  }
  return last[to.length] ?? 0
}
