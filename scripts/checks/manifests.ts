import { isDeepStrictEqual } from 'node:util'
import type { Finding } from './finding.ts'
import { lineAt } from './imports.ts'
import type { Repository, Workspace } from './repository.ts'

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/

const DEPENDENCY_FIELDS = [
  'dependencies',
  'devDependencies',
  'optionalDependencies',
  'peerDependencies',
] as const

/** Sources inside the repository (by a condition of our own), built files everywhere else. */
const EXPORTS = {
  '.': {
    '@latchkey/source': './src/index.ts',
    types: './dist/index.d.ts',
    default: './dist/index.js',
  },
}

/** Versions are exact, and each workspace is described in the same way to npm and to the compiler. */
export function manifests(repository: Repository): Finding[] {
  const local = new Map(repository.workspaces.map((it) => [it.name, it.manifest.version]))
  return [
    ...versions(repository, 'package.json', repository.manifest, local),
    ...repository.workspaces.flatMap((workspace) => [
      ...versions(repository, `${workspace.dir}/package.json`, workspace.manifest, local),
      ...shape(workspace),
      ...engines(repository, workspace),
      ...references(repository, workspace),
    ]),
    ...buildList(repository),
    ...lockFile(repository),
  ]
}

function versions(
  repository: Repository,
  file: string,
  manifest: Workspace['manifest'],
  local: ReadonlyMap<string, string | undefined>,
): Finding[] {
  const text = repository.read(file)
  // Peers are the customer's choice within a range; everything that we choose is exact.
  const chosen = {
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  }
  return Object.entries(chosen).flatMap(([name, version]) => {
    const expected = local.has(name) ? local.get(name) : undefined
    if (expected === undefined ? EXACT.test(version) : version === expected) return []
    const line = lineAt(text, text.indexOf(`"${name}": "${version}"`))
    return [
      {
        file,
        line,
        rule: 'manifests/version',
        found: `${name} ${version}`,
        expected: expected ?? 'an exact version',
      },
    ]
  })
}

function shape({ dir, manifest }: Workspace): Finding[] {
  const { exports: exported, files, license, type, description } = manifest
  const wanted: [field: string, found: unknown, fits: boolean, expected: string][] = [
    ['type', type, type === 'module', 'module'],
    ['license', license, license === 'Apache-2.0', 'Apache-2.0'],
    ['description', description, Boolean(description), 'one sentence'],
    ['files', files, files?.includes('dist') === true, 'a list with dist'],
    ['exports', exported, exportsFit(exported), JSON.stringify(EXPORTS)],
  ]
  return wanted
    .filter(([, , fits]) => !fits)
    .map(([field, found, , expected]) => ({
      file: `${dir}/package.json`,
      line: 1,
      rule: `manifests/${field}`,
      found: JSON.stringify(found) ?? 'nothing',
      expected,
    }))
}

/** A package runs only where everything runs that it brings along. */
function engines(repository: Repository, { dir, manifest }: Workspace): Finding[] {
  const oldest = (it: Workspace['manifest']): number => Number(/\d+/.exec(it.engines?.node ?? '0'))
  const needed = repository.workspaces
    .filter((it) => manifest.dependencies?.[it.name] !== undefined)
    .map((it) => oldest(it.manifest))
  const expected = Math.max(0, ...needed)
  if (oldest(manifest) >= expected) return []
  const found = `Node ${manifest.engines?.node ?? 'of any version'}`
  const file = `${dir}/package.json`
  return [{ file, line: 1, rule: 'manifests/engines', found, expected: `>=${expected}` }]
}

/** More entry points are welcome; the main one has its three conditions in this order. */
function exportsFit(exported: unknown): boolean {
  const main = (exported as { '.'?: unknown } | undefined)?.['.']
  return JSON.stringify(main) === JSON.stringify(EXPORTS['.'])
}

/** tsc -b builds in the order of the references, so they must be the dependencies. */
function references(repository: Repository, { dir, manifest }: Workspace): Finding[] {
  const expected = repository.workspaces
    .filter((it) => manifest.dependencies?.[it.name] !== undefined)
    .map((it) => `../../${it.dir}`)
  return compare(repository, `${dir}/tsconfig.json`, expected)
}

/** `npm ci` refuses a lock file that is out of step, so a fresh clone would not start. */
function lockFile(repository: Repository): Finding[] {
  const file = 'package-lock.json'
  const locked = repository.has(file) ? JSON.parse(repository.read(file)).packages : {}
  const all = [{ dir: '', manifest: repository.manifest }, ...repository.workspaces]
  return all.flatMap(({ dir, manifest }) =>
    DEPENDENCY_FIELDS.filter(
      (field) => !isDeepStrictEqual(locked[dir]?.[field] ?? {}, manifest[field] ?? {}),
    ).map((field) => ({
      file,
      line: 1,
      rule: 'manifests/lock',
      found: `other ${field} of ${dir || 'the root'} than its package.json`,
      expected: 'what npm install --package-lock-only writes',
    })),
  )
}

function buildList(repository: Repository): Finding[] {
  const expected = repository.workspaces.map((it) => it.dir)
  return compare(repository, 'tsconfig.build.json', expected)
}

function compare(repository: Repository, file: string, expected: readonly string[]): Finding[] {
  const wanted = [...expected].sort()
  const config = repository.has(file) ? JSON.parse(repository.read(file)) : {}
  const found = (config.references ?? []).map((it: { path: string }) => it.path).sort()
  if (isDeepStrictEqual(found, wanted)) return []
  const text = (paths: readonly string[]) => `[${paths.join(', ')}]`
  return [
    {
      file,
      line: 1,
      rule: 'manifests/references',
      found: `references ${text(found)}`,
      expected: text(wanted),
    },
  ]
}
