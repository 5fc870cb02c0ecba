import { posix } from 'node:path'
import type { Finding } from './finding.ts'
import { type Import, importsOf, isCode, packageOf } from './imports.ts'
import type { Repository, Workspace } from './repository.ts'

/** The map of the repository: source may import only what stands strictly lower. */
const LEVELS: Readonly<Record<string, number>> = {
  '@latchkey/browser': 0,
  '@latchkey/protocol': 0,
  '@latchkey/permissions': 0,
  '@latchkey/error-pages': 0,
  '@latchkey/tokens': 1,
  '@latchkey/store': 1,
  '@latchkey/directory': 1,
  '@latchkey/feed': 1,
  '@latchkey/verifier': 2,
  '@latchkey/service-client': 2,
  '@latchkey/fastify': 3,
  '@latchkey/login': 3,
  '@latchkey/issuer': 4,
  '@latchkey/chaos': 5,
  '@latchkey/simulation': 5,
  '@latchkey/testkit': 5,
  '@latchkey/cli': 6,
  '@latchkey/conformance': 6,
  '@latchkey/sample-a': 7,
  '@latchkey/sample-b': 7,
  '@latchkey/sample-c': 7,
}

/** The samples prove that this is all a customer needs. */
const CUSTOMER_PACKAGES = [
  '@latchkey/browser',
  '@latchkey/fastify',
  '@latchkey/login',
  '@latchkey/service-client',
  '@latchkey/verifier',
]

/** Engines are known to one package only, so that the next one can replace them there. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  ioredis: ['@latchkey/store'],
  redis: ['@latchkey/store'],
  'node:sqlite': ['@latchkey/store', '@latchkey/directory'],
  kysely: ['@latchkey/directory'],
  pg: ['@latchkey/directory'],
}

/** Imports point downward, stay inside their package, and leave the engines to their owners. */
export function layers(repository: Repository): Finding[] {
  const findings: Finding[] = []
  for (const workspace of repository.workspaces) {
    if (LEVELS[workspace.name] === undefined) {
      const expected = 'a level in scripts/checks/layers.ts'
      const file = `${workspace.dir}/package.json`
      findings.push({ file, line: 1, rule: 'layers/unknown', found: workspace.name, expected })
    }
    for (const file of workspace.files.filter(isCode)) {
      for (const it of importsOf(repository.read(file))) {
        const fault = faultOf(workspace, file, it)
        if (fault !== undefined) findings.push({ file, line: it.line, ...fault })
      }
    }
  }
  for (const file of repository.files.filter(
    (path) => path.startsWith('scripts/') && isCode(path),
  )) {
    for (const { specifier, line } of importsOf(repository.read(file))) {
      const fault = pathFault('scripts', file, specifier)
      if (fault !== undefined) findings.push({ file, line, ...fault })
    }
  }
  return findings
}

type Fault = Omit<Finding, 'file' | 'line'>

function faultOf(workspace: Workspace, file: string, { specifier }: Import): Fault | undefined {
  if (specifier.startsWith('.')) return pathFault(workspace.dir, file, specifier)
  const imported = packageOf(specifier) ?? specifier
  const owners = OWNERS[imported]
  if (owners !== undefined && !owners.includes(workspace.name)) {
    const expected = `it only in ${owners.join(' and ')}`
    return { rule: 'layers/owner', found: `imports ${specifier}`, expected }
  }
  // Tests may stand anywhere: they import what their package.json declares.
  if (!imported.startsWith('@latchkey/') || !file.startsWith(`${workspace.dir}/src/`))
    return undefined
  if (workspace.name.startsWith('@latchkey/sample-')) {
    if (CUSTOMER_PACKAGES.includes(imported)) return undefined
    const expected = `only what a customer has: ${CUSTOMER_PACKAGES.join(', ')}`
    return { rule: 'layers/sample', found: `imports ${imported}`, expected }
  }
  const own = LEVELS[workspace.name] ?? Number.NEGATIVE_INFINITY
  const other = LEVELS[imported]
  if (other !== undefined && other < own) return undefined
  const found = `imports ${imported} of level ${other ?? 'unknown'}`
  return { rule: 'layers/level', found, expected: `a level below its own, ${own}` }
}

function pathFault(dir: string, file: string, specifier: string): Fault | undefined {
  if (!specifier.startsWith('.')) return undefined
  const target = posix.join(posix.dirname(file), specifier)
  const found = `imports ${specifier}`
  if (!target.startsWith(`${dir}/`)) {
    return { rule: 'layers/path', found, expected: `a path inside ${dir} or a package name` }
  }
  const sourceNeedsTest = file.startsWith(`${dir}/src/`) && !target.startsWith(`${dir}/src/`)
  if (!sourceNeedsTest || target === `${dir}/package.json`) return undefined
  return { rule: 'layers/path', found, expected: `source that stands in ${dir}/src` }
}
