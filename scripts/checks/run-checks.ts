import { dependencies } from './dependencies.ts'
import { dependencyList } from './dependency-list.ts'
import { documents } from './documents.ts'
import { errorPages } from './error-pages.ts'
import { type Finding, findingText } from './finding.ts'
import { layers } from './layers.ts'
import { manifests } from './manifests.ts'
import { proofs } from './proofs.ts'
import { openRepository, type Repository } from './repository.ts'
import { sources } from './sources.ts'
import { biome, types } from './tools.ts'

type Check = (repository: Repository) => Finding[] | Promise<Finding[]>

/** Name of a check and how it is done. The first two are other people's programs, the rest stands beside this file. */
const CHECKS: Readonly<Record<string, Check>> = {
  'format and lint': ({ root }) => biome(root),
  types: ({ root }) => types(root),
  layers,
  dependencies,
  manifests,
  sources,
  documents,
  proofs,
  'dependency list': dependencyList,
  'error pages': errorPages,
}

/** Runs every check at once and prints a line for each, findings below it. */
export async function runChecks(
  root: string,
  print: (text: string) => void,
): Promise<{ passed: number; failed: number }> {
  const repository = openRepository(root)
  const results = await Promise.all(
    Object.entries(CHECKS).map(async ([name, check]) => {
      const startedMs = performance.now()
      const findings = await findingsOf(check, repository)
      const ms = Math.round(performance.now() - startedMs)
      print(`${findings.length === 0 ? 'ok' : 'not ok'} ${name} (${ms} ms)`)
      for (const finding of findings) print(`    ${findingText(finding)}`)
      return findings.length === 0
    }),
  )
  const passed = results.filter(Boolean).length
  return { passed, failed: results.length - passed }
}

/** A check that breaks down has not passed, and must not take the others with it. */
async function findingsOf(check: Check, repository: Repository): Promise<Finding[]> {
  try {
    return await check(repository)
  } catch (error) {
    const found = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return [{ file: 'scripts/checks', line: 1, rule: 'check/broken', found }]
  }
}
