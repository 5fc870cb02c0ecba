import type { Finding } from './finding.ts'
import { importsOf, isCode, lineAt, packageOf } from './imports.ts'
import type { Manifest, Repository, Workspace } from './repository.ts'

/** Used as commands or by other tools, never imported. docs/dependencies.md has their reasons. */
const COMMANDS = ['@biomejs/biome', 'typescript', 'tap', '@types/node', '@types/react']

/** What is imported is declared, and what is declared is imported: in source, or in tests as a devDependency. */
export function dependencies(repository: Repository): Finding[] {
  return [
    ...repository.workspaces.flatMap((workspace) => [
      ...undeclared(repository, workspace),
      ...unused(repository, workspace),
    ]),
    ...undeclaredByScripts(repository),
    ...unusedByScripts(repository),
  ]
}

function undeclared(repository: Repository, workspace: Workspace): Finding[] {
  const { manifest } = workspace
  const forSource = { ...manifest.dependencies, ...manifest.peerDependencies }
  const forTests = {
    ...forSource,
    ...manifest.devDependencies,
    ...repository.manifest.devDependencies,
    [workspace.name]: '',
  }
  return workspace.files.filter(isCode).flatMap((file) => {
    const isSource = file.startsWith(`${workspace.dir}/src/`)
    const where = isSource ? 'dependencies or peerDependencies' : 'devDependencies'
    const place = `the ${where} of ${workspace.dir}/package.json`
    return foreign(repository, file, isSource ? forSource : forTests, place)
  })
}

/** Scripts belong to the whole repository: they may use every workspace. */
function undeclaredByScripts(repository: Repository): Finding[] {
  const own = repository.workspaces.map(({ name }) => [name, ''])
  const allowed = { ...repository.manifest.devDependencies, ...Object.fromEntries(own) }
  return repository.files
    .filter((file) => file.startsWith('scripts/') && isCode(file))
    .flatMap((file) => foreign(repository, file, allowed, 'the devDependencies of package.json'))
}

function foreign(
  repository: Repository,
  file: string,
  allowed: Readonly<Record<string, string>>,
  place: string,
): Finding[] {
  return importsOf(repository.read(file)).flatMap(({ specifier, line }) => {
    const name = packageOf(specifier)
    if (name === undefined || allowed[name] !== undefined) return []
    const found = `imports ${name}`
    return [{ file, line, rule: 'dependencies/undeclared', found, expected: `it in ${place}` }]
  })
}

function unused(repository: Repository, workspace: Workspace): Finding[] {
  const { dir, manifest } = workspace
  const inSource = usedIn(repository, `${dir}/src/`)
  const anywhere = usedIn(repository, `${dir}/`)
  const file = `${dir}/package.json`
  return [
    ...namesIn(manifest, 'dependencies')
      .filter((name) => !inSource.has(typed(name)))
      .map((name) => unusedAt(repository, file, name, `an import in ${dir}/src`)),
    ...namesIn(manifest, 'devDependencies')
      .filter((name) => !anywhere.has(typed(name)))
      .map((name) => unusedAt(repository, file, name, `an import in ${dir}/test`)),
  ]
}

function unusedByScripts(repository: Repository): Finding[] {
  const used = usedIn(repository, '')
  return namesIn(repository.manifest, 'devDependencies')
    .filter((name) => !used.has(typed(name)) && !COMMANDS.includes(name))
    .map((name) => unusedAt(repository, 'package.json', name, 'an import in scripts or in a test'))
}

function unusedAt(repository: Repository, file: string, name: string, expected: string): Finding {
  const text = repository.read(file)
  const line = lineAt(text, text.indexOf(`"${name}":`))
  return { file, line, rule: 'dependencies/unused', found: `declares ${name}`, expected }
}

function usedIn(repository: Repository, prefix: string): Set<string | undefined> {
  const files = repository.files.filter((file) => file.startsWith(prefix) && isCode(file))
  return new Set(files.flatMap((file) => importsOf(repository.read(file))).map(nameOf))
}

function nameOf({ specifier }: { specifier: string }): string | undefined {
  return packageOf(specifier)
}

function namesIn(manifest: Manifest, field: 'dependencies' | 'devDependencies'): string[] {
  return Object.keys(manifest[field] ?? {})
}

/** `@types/ws` counts as used where `ws` is, `@types/a__b` where `@a/b` is. */
function typed(name: string): string {
  if (!name.startsWith('@types/')) return name
  const bare = name.slice('@types/'.length)
  return bare.includes('__') ? `@${bare.replace('__', '/')}` : bare
}
