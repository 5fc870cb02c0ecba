import { covers } from './covers.ts'
import { parseGrant } from './parse-grant.ts'

const COLON = 58
const ASTERISK = 42

/** One token asks about few routes, again and again; what does not fit here is decided anew. */
const REMEMBERED_ANSWERS = 16

/** What a token carries, in a form that can be asked. */
export interface CompiledGrants {
  /** May the holder of these grants call this route? Arguments as in `covers`. */
  allows(method: string, route: string): boolean
}

interface Answer {
  readonly method: string
  readonly route: string
  readonly allowed: boolean
}

/**
 * Makes the decision for the list form of `routes`. Costs nothing until it is asked: a token that is seen once
 * asks about one route, and most of its grants are put aside by their first letters. A text that is no grant covers
 * nothing.
 */
export function compileGrants(list: readonly string[]): CompiledGrants {
  const answers: Answer[] = []
  return {
    allows: (method, route) => {
      for (const answer of answers) {
        if (answer.route === route && answer.method === method) return answer.allowed
      }
      const allowed = someGrantCovers(list, method, route)
      if (answers.length < REMEMBERED_ANSWERS) answers.push({ method, route, allowed })
      return allowed
    },
  }
}

function someGrantCovers(list: readonly string[], method: string, route: string): boolean {
  const wanted = method === 'HEAD' ? 'GET' : method
  return list.some((text) => {
    if (!couldCover(text, wanted, route)) return false
    const outcome = parseGrant(text)
    return outcome.kind === 'grant' && covers(outcome.grant, wanted, route)
  })
}

/**
 * False only when the grant cannot cover the route: the methods differ, or the patterns part before the grant has
 * begun a parameter or its `*`. Spares reading the grant; whatever passes is still read and compared.
 */
function couldCover(text: string, method: string, route: string): boolean {
  const anyMethod = text.charCodeAt(0) === ASTERISK
  if (!anyMethod && !text.startsWith(method)) return false
  const start = anyMethod ? 2 : method.length + 1
  for (let at = 0; ; at++) {
    const char = text.charCodeAt(start + at)
    if (char === COLON || char === ASTERISK) return true
    if (at === route.length) return text.length === start + at
    if (char !== route.charCodeAt(at)) return false
  }
}
