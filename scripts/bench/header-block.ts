import { TOKEN_CHARS } from './bench-tokens.ts'

const SCHEME = 'Bearer '
const STRIDE = SCHEME.length + TOKEN_CHARS

/** Authorization headers as a server has them: bytes, of which each request makes a string of its own. */
export interface HeaderBlock {
  readonly count: number
  /** A string that was never used before: nothing about it is known to a cache of the engine. */
  fresh(index: number): string
}

export function headerBlock(tokens: readonly string[]): HeaderBlock {
  const bytes = Buffer.from(tokens.map((token) => SCHEME + token).join(''), 'latin1')
  return {
    count: tokens.length,
    fresh: (index) => bytes.toString('latin1', index * STRIDE, (index + 1) * STRIDE),
  }
}

/** What every contender does first. */
export function tokenOf(header: string): string {
  return header.slice(SCHEME.length)
}
