import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { writeLicences } from './write-licences.ts'

/** Where `npm run build` puts the program, under the root of the repository. */
export const PROGRAM = join('packages', 'cli', 'dist', 'program')
/** What of it is run: `node …/lib/js/latchkey.js start`. */
export const PROGRAM_MAIN = join('lib', 'js', 'latchkey.js')

/** Compiled for a processor, so they cannot be bundled; and what others would use if it were there. */
const OUTSIDE = ['@node-rs/*', 'pg-native', 'bufferutil', 'utf-8-validate']

/**
 * `node:http` by `require`: an `import` reads each of its exports, and one of them loads the WebSocket client of Node, which
 * nobody here uses and which is a twentieth of a start.
 */
const HTTP_BY_REQUIRE: Plugin = {
  name: 'http-by-require',
  setup({ onResolve, onLoad }) {
    const namespace = 'http-by-require'
    onResolve({ filter: /^node:http$/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace } : undefined,
    )
    onLoad({ filter: /./, namespace }, () => ({
      contents: "module.exports = require('node:http')",
    }))
  },
}

/** What modules read from beside themselves, by where they look for it: from `lib/js`, as from the files they were written in. */
const FILES = [
  [join('packages', 'store', 'lua'), 'lua'],
  [join('packages', 'cli', 'package.json'), join('lib', 'package.json')],
  [join('docs', 'errors'), join('lib', 'js', 'pages')],
] as const

/**
 * Writes the `latchkey` command, the issuer in it, into a folder: our packages and those from npm in a few files instead of 2,500,
 * because finding and reading so many was most of a start. What only some commands need has files of its own.
 *
 * @param root the repository
 * @param folder the folder, which has to lie in the repository: native packages are found from there. What was in it is deleted.
 */
export async function bundleProgram(root: string, folder: string): Promise<void> {
  const main = join(root, 'packages', 'cli', 'src', 'main.ts')
  const inputs = await bundle(root, { latchkey: main }, folder)
  writeLicences(root, inputs, join(folder, 'licences.txt'))
}

/**
 * The same for any program of ours: `entries` by the name that each gets in `lib/js`.
 * @returns the paths of all files that went in, from the root on
 */
export async function bundle(
  root: string,
  entries: Readonly<Record<string, string>>,
  folder: string,
): Promise<readonly string[]> {
  rmSync(folder, { recursive: true, force: true })
  const { metafile } = await build({
    entryPoints: { ...entries },
    absWorkingDir: root,
    outdir: join(folder, 'lib', 'js'),
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    conditions: ['@latchkey/source'],
    external: OUTSIDE,
    plugins: [HTTP_BY_REQUIRE],
    // CommonJS packages ask for the modules of Node by it, which modules do not have.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  })
  for (const [from, to] of FILES) cpSync(join(root, from), join(folder, to), { recursive: true })
  return Object.keys(metafile.inputs)
}
