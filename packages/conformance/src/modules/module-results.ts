import type { Result } from '../rule/outcome.ts'
import type { Module } from './module.ts'

export interface ModuleResult {
  readonly module: Module
  /** Failed when one of its rules is broken, skipped when none of them could be tested. */
  readonly kind: 'passed' | 'failed' | 'warning' | 'skipped'
  /** Ids of the rules that are broken. */
  readonly broken: readonly string[]
}

/** The modules all of whose rules were run. */
export function moduleResults(
  modules: readonly Module[],
  results: readonly Result[],
): ModuleResult[] {
  const byId = new Map(results.map((result) => [result.rule.id, result]))
  return modules.flatMap((module) => {
    const own = module.rules.map((id) => byId.get(id))
    if (own.includes(undefined)) return []
    const kinds = own.map((result) => result?.outcome.kind)
    const broken = module.rules.filter((_, index) => kinds[index] === 'failed')
    const kind = kinds.includes('failed')
      ? 'failed'
      : kinds.every((one) => one === 'skipped')
        ? 'skipped'
        : kinds.includes('warning')
          ? 'warning'
          : 'passed'
    return [{ module, kind, broken }]
  })
}
