const COLON = 58

/**
 * A route pattern without the names of its parameters: `/orders/:id/:part.csv` becomes `/orders/:/:.csv`. Two patterns
 * have one shape exactly when a router takes them for the same route. Patterns are read as find-my-way 9 (Fastify 5)
 * reads them: a name ends at `(`, `-`, `.`, `?` or `/`, and `::` is a colon. Takes any text and never fails.
 */
export function routeShape(pattern: string): string {
  if (!pattern.includes(':')) return pattern
  let shape = ''
  let at = 0
  while (at < pattern.length) {
    const start = at
    if (pattern.charCodeAt(at) !== COLON) {
      at = endOfText(pattern, at)
      shape += pattern.slice(start, at)
    } else if (pattern.charCodeAt(at + 1) === COLON) {
      at += 2
      shape += '::'
    } else {
      const nameEnd = endOfName(pattern, at + 1)
      at = pattern[nameEnd] === '(' ? endOfExpression(pattern, nameEnd) : nameEnd
      shape += `:${pattern.slice(nameEnd, at)}`
    }
  }
  return shape
}

function endOfText(pattern: string, from: number): number {
  const colon = pattern.indexOf(':', from)
  return colon === -1 ? pattern.length : colon
}

function endOfName(pattern: string, from: number): number {
  let at = from
  while (at < pattern.length && !'(-.?/'.includes(pattern.charAt(at))) at++
  return at
}

/** After the parenthesis that closes the one at `from`; an expression that nobody closed ends with the pattern. */
function endOfExpression(pattern: string, from: number): number {
  let depth = 0
  for (let at = from; at < pattern.length; at++) {
    const char = pattern[at]
    if (char === '\\') at++
    else if (char === '(') depth++
    else if (char === ')' && --depth === 0) return at + 1
  }
  return pattern.length
}
