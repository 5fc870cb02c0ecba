/**
 * `npm run build`: writes `dist` into each package, as it is published, and the program that production runs (deploy/README.md).
 * Here Node runs the sources. Starts from nothing, so that a deleted source leaves no built file behind.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from './checks/repository.ts'
import { bundleProgram, PROGRAM } from './program/bundle-program.ts'

const root = join(import.meta.dirname, '..')
const { workspaces } = openRepository(root)

for (const { dir } of workspaces) rmSync(join(root, dir, 'dist'), { recursive: true, force: true })
const tsc = join(root, 'node_modules', '.bin', 'tsc')
const { status } = spawnSync(process.execPath, [tsc, '-b', '--force', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
// Each package is published alone, and Apache-2.0 section 4 wants the licence to go with it.
if (status === 0) {
  for (const { dir } of workspaces)
    cpSync(join(root, 'LICENSE'), join(root, dir, 'dist', 'LICENSE'))
  // Written where people read them, published with the package that reads them to programs.
  const pages = join(root, 'packages', 'error-pages', 'dist', 'pages')
  cpSync(join(root, 'docs', 'errors'), pages, { recursive: true })
  await bundleProgram(root, join(root, PROGRAM))
}
process.exitCode = status ?? 1
