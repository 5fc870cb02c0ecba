import { TOKEN_FAULTS, type TokenFault } from './access-token.ts'

export interface Refusal {
  readonly kind: 'invalid'
  readonly fault: TokenFault
}

/** One frozen value per fault: a flood of bad tokens makes no garbage. */
const REFUSALS: ReadonlyMap<TokenFault, Refusal> = new Map(
  TOKEN_FAULTS.map((fault) => [fault, Object.freeze({ kind: 'invalid', fault })]),
)

export function refusal(fault: TokenFault): Refusal {
  return REFUSALS.get(fault) as Refusal
}
