import { type Answer, exchange, type Question } from './exchange.ts'
import type { Plan } from './plan.ts'

export type Asked =
  /** `lost` others were asked before and gave no answer: what was asked for may have been done by one of them. */
  | (Extract<Answer, { kind: 'answered' }> & { readonly lost: number })
  | Extract<Answer, { kind: 'lost' }>

const TIMEOUT_MS = 3000

/** Asks the issuer's processes in turn, each once. A 5xx says that this one can do nothing at the moment. */
export function issuerExchange(
  plan: Pick<Plan, 'issuer' | 'issuerAddresses'>,
): (question: Omit<Question, 'address' | 'host' | 'timeoutMs'>) => Promise<Asked> {
  let turn = 0
  return async (question) => {
    let answer: Answer = { kind: 'lost', why: 'nobody' }
    let lost = 0
    for (let tries = 0; tries < plan.issuerAddresses.length; tries++) {
      const address = plan.issuerAddresses[turn % plan.issuerAddresses.length] ?? plan.issuer
      answer = await exchange({ ...question, address, host: plan.issuer, timeoutMs: TIMEOUT_MS })
      if (answer.kind === 'answered' && answer.status < 500) return { ...answer, lost }
      turn += 1
      lost += 1
    }
    const why = answer.kind === 'answered' ? `HTTP ${answer.status}` : answer.why
    return { kind: 'lost', why }
  }
}
