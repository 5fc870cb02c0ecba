import type { Finding } from './finding.ts'
import { lineAt } from './imports.ts'
import type { Manifest, Repository } from './repository.ts'

const LIST = 'docs/dependencies.md'
const ROW = /^\|\s*`([^`]+)`\s*\|([^|]+)\|([^|]*)\|$/gm

/** docs/dependencies.md has one row for each foreign package: its name, who declares it, and why we have it. */
export function dependencyList(repository: Repository): Finding[] {
  const declared = declaredBy(repository)
  const text = repository.has(LIST) ? repository.read(LIST) : ''
  const findings: Finding[] = []
  for (const match of text.matchAll(ROW)) {
    const [, name = '', users = '', reason = ''] = match
    const expected = declared.get(name)
    declared.delete(name)
    const at = { file: LIST, line: lineAt(text, match.index) }
    if (expected === undefined) {
      findings.push({ ...at, rule: 'dependency-list/extra', found: name, expected: 'no row' })
    } else if (users.trim() !== expected) {
      const found = `${name} in ${users.trim()}`
      findings.push({ ...at, rule: 'dependency-list/users', found, expected })
    }
    if (reason.trim() === '') {
      findings.push({ ...at, rule: 'dependency-list/reason', found: name, expected: 'a reason' })
    }
  }
  for (const [name, users] of declared) {
    const expected = `a row "| \`${name}\` | ${users} | reason |"`
    findings.push({ file: LIST, line: 1, rule: 'dependency-list/missing', found: name, expected })
  }
  return findings
}

/** Foreign package to the workspaces that declare it: `root` first, then alphabetically; or `all`. */
function declaredBy(repository: Repository): Map<string, string> {
  const users = new Map<string, string[]>()
  const note = (user: string, manifest: Manifest): void => {
    const names = Object.keys({
      ...manifest.dependencies,
      ...manifest.devDependencies,
      ...manifest.optionalDependencies,
      ...manifest.peerDependencies,
    })
    for (const name of names) {
      if (!name.startsWith('@latchkey/')) users.set(name, [...(users.get(name) ?? []), user])
    }
  }
  note('root', repository.manifest)
  for (const { dir, manifest } of repository.workspaces) note(dir.split('/')[1] ?? dir, manifest)
  const everybody = repository.workspaces.length + 1
  return new Map(
    [...users].sort().map(([name, list]) => {
      const [first, ...others] = list
      const inOrder = first === 'root' ? [first, ...others.sort()] : list.sort()
      return [name, list.length === everybody ? 'all' : inOrder.join(', ')]
    }),
  )
}
