import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Made by tools or by running the program; none of it is source. */
const GENERATED = new Set(['node_modules', 'dist', '.git', '.tap', '.latchkey', 'test-results'])

/** Folders whose subfolders are workspaces, as in the root package.json. */
const WORKSPACE_FOLDERS = ['packages', 'services']

/** What the checks read of a package.json. */
export interface Manifest {
  readonly name?: string
  readonly version?: string
  readonly description?: string
  readonly license?: string
  readonly type?: string
  readonly exports?: unknown
  readonly files?: readonly string[]
  readonly engines?: { readonly node?: string }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export interface Workspace {
  /** `packages/store` */
  readonly dir: string
  /** `@latchkey/store` */
  readonly name: string
  readonly manifest: Manifest
  readonly files: readonly string[]
}

export interface Repository {
  readonly root: string
  /** All source files, relative to the root, with slashes, sorted. */
  readonly files: readonly string[]
  readonly workspaces: readonly Workspace[]
  readonly manifest: Manifest
  read(file: string): string
  has(path: string): boolean
}

/** Lists the repository as it stands on disk, committed or not. */
export function openRepository(root: string): Repository {
  const files = listFiles(root, '').sort()
  const known = new Set(files.flatMap((file) => [file, ...foldersOf(file)]))
  const texts = new Map<string, string>()
  const read = (file: string): string => {
    const text = texts.get(file) ?? readFileSync(join(root, file), 'utf8')
    texts.set(file, text)
    return text
  }
  const manifestOf = (dir: string): Manifest => JSON.parse(read(`${dir}package.json`))
  const dirs = new Set(files.map((file) => file.split('/').slice(0, 2).join('/')))
  const workspaces = [...dirs]
    .filter((dir) => WORKSPACE_FOLDERS.includes(dir.split('/')[0] ?? ''))
    .filter((dir) => known.has(`${dir}/package.json`))
    .map((dir) => {
      const manifest = manifestOf(`${dir}/`)
      const own = files.filter((file) => file.startsWith(`${dir}/`))
      return { dir, name: manifest.name ?? '', manifest, files: own }
    })
  return { root, files, workspaces, manifest: manifestOf(''), read, has: (path) => known.has(path) }
}

function listFiles(root: string, dir: string): string[] {
  return readdirSync(join(root, dir), { withFileTypes: true }).flatMap((entry) => {
    const path = dir === '' ? entry.name : `${dir}/${entry.name}`
    if (GENERATED.has(entry.name)) return []
    if (entry.isDirectory()) return listFiles(root, path)
    return entry.isFile() ? [path] : []
  })
}

function foldersOf(file: string): string[] {
  const parts = file.split('/')
  return parts.slice(1).map((_, depth) => parts.slice(0, depth + 1).join('/'))
}
