import type { ModuleResult } from '../modules/module-results.ts'
import { countOutcomes } from '../rule/count-outcomes.ts'
import type { Result } from '../rule/outcome.ts'

/** Everything that a program may want to know about a run. */
export function jsonReport(
  issuer: string,
  results: readonly Result[],
  modules: readonly ModuleResult[],
) {
  return {
    issuer,
    ...countOutcomes(results),
    rules: results.map(({ rule: { id, spec, level, title }, outcome, durationMs }) => ({
      id,
      spec,
      level,
      title,
      outcome,
      duration_ms: durationMs,
    })),
    modules: modules.map(({ module, kind, broken }) => ({
      name: module.name,
      plan: module.plan,
      outcome: kind,
      broken,
    })),
  }
}
