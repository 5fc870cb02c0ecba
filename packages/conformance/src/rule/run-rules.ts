import type { Issuer } from '../issuer/issuer.ts'
import { unmet } from './need.ts'
import { NotOffered, type Outcome, type Result, RuleBroken } from './outcome.ts'
import type { Rule } from './rule.ts'

/** Longer than any rule takes that does not wait on purpose. */
const RULE_TIMEOUT_MS = 30_000

/**
 * Runs the rules one after the other (an issuer's sessions are shared by them); those that wait run beside the others.
 * Results are in the order of the rules; `told` hears of each as soon as it is there.
 */
export async function runRules(
  rules: readonly Rule[],
  issuer: Issuer,
  told: (result: Result) => void = () => undefined,
): Promise<Result[]> {
  const results = new Map<Rule, Result>()
  const note = async (rule: Rule) => {
    const result = await runRule(rule, issuer)
    results.set(rule, result)
    told(result)
  }
  const waiting = rules.filter((rule) => rule.isSlow).map(note)
  for (const rule of rules) {
    if (!rule.isSlow) await note(rule)
  }
  await Promise.all(waiting)
  return rules.flatMap((rule) => results.get(rule) ?? [])
}

async function runRule(rule: Rule, issuer: Issuer): Promise<Result> {
  const startedMs = performance.now()
  const outcome = await outcomeOf(rule, issuer)
  return { rule, outcome, durationMs: Math.round(performance.now() - startedMs) }
}

async function outcomeOf(rule: Rule, issuer: Issuer): Promise<Outcome> {
  const reason = unmet(rule.needs, issuer)
  if (reason !== undefined) return { kind: 'skipped', reason }
  try {
    await withinTime(rule, issuer)
    return { kind: 'passed' }
  } catch (error) {
    if (error instanceof NotOffered) return { kind: 'skipped', reason: error.message }
    return { kind: rule.level === 'MUST' ? 'failed' : 'warning', ...differenceOf(error) }
  }
}

async function withinTime(rule: Rule, issuer: Issuer): Promise<void> {
  if (rule.isSlow) return await rule.run(issuer)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const received = `nothing within ${RULE_TIMEOUT_MS / 1000} s`
      reject(new RuleBroken({ received, expected: 'an answer' }))
    }, RULE_TIMEOUT_MS)
  })
  try {
    await Promise.race([rule.run(issuer), late])
  } finally {
    clearTimeout(timer)
  }
}

/** A connection that breaks off, or an answer that cannot be read at all, breaks the rule as well. */
function differenceOf(error: unknown): { received: string; expected: string } {
  if (error instanceof RuleBroken) return error.difference
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return { received: message, expected: 'an answer that can be judged' }
}
