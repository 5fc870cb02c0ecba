import { readFileSync } from 'node:fs'

const TOKEN =
  /\s+|\/\*[\s\S]*?\*\/|'(?<literal>[^']*)'|(?<charClass>\[[^\]]*\])|(?<name>\w+)|(?<sign>::=|[()|*+?])/y

/**
 * Turns grammar.ebnf into one regular expression: the grammar has no recursion. So the file that other languages
 * read is tested itself, not a copy of it.
 */
export function grammarRecogniser(): RegExp {
  const tokens = tokenize(readFileSync(new URL('../grammar.ebnf', import.meta.url), 'utf8'))
  const productions = new Map<string, string[]>()
  let body: string[] = []
  for (const [index, token] of tokens.entries()) {
    if (tokens[index + 1] === '::=') {
      body = []
      productions.set(token, body)
    } else if (token !== '::=') {
      body.push(token)
    }
  }
  const expand = (name: string): string => {
    const parts = productions.get(name)
    if (!parts) throw new Error(`grammar.ebnf has no production ${name}`)
    return `(?:${parts.map((part) => (/^\w/.test(part) ? expand(part) : part)).join('')})`
  }
  return new RegExp(`^${expand('Grant')}$`)
}

function tokenize(grammar: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < grammar.length) {
    const at = TOKEN.lastIndex
    const groups = TOKEN.exec(grammar)?.groups
    if (!groups) throw new Error(`grammar.ebnf: nothing readable at character ${at}`)
    const { literal, charClass, name, sign } = groups
    if (literal !== undefined) tokens.push(`(?:${literal.replace(/[^A-Za-z0-9]/g, '\\$&')})`)
    else if (charClass ?? name ?? sign) tokens.push((charClass ?? name ?? sign) as string)
  }
  return tokens
}
