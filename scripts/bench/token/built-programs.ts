import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { bundle, bundleProgram, PROGRAM_MAIN } from '../../program/bundle-program.ts'
import type { Contender } from './bench-op.ts'

const ROOT = join(import.meta.dirname, '../../..')

export interface BuiltPrograms {
  /** Those that are asked, by contender; addresses of files. */
  readonly asked: Readonly<Record<Contender, string>>
  /** What an operator starts: paths of files. */
  readonly issuer: string
  readonly provider: string
  /** Where both keep compiled code from start to start. */
  readonly compileCache: string
  remove(): void
}

/**
 * The contenders as their users run them, in plain JavaScript: Latchkey as `npm run build` bundles it, the others with the packages
 * of `node_modules` as they come.
 */
export async function buildPrograms(): Promise<BuiltPrograms> {
  const cache = join(ROOT, 'node_modules', '.cache')
  mkdirSync(cache, { recursive: true })
  const place = mkdtempSync(join(cache, 'latchkey-bench-'))
  const program = join(place, 'program')
  const asked = join(place, 'asked')
  const others = join(place, 'others')
  await bundleProgram(ROOT, program)
  await bundle(ROOT, { latchkey: join(import.meta.dirname, 'latchkey.ts') }, asked)
  await build({
    entryPoints: ['provider.ts', 'provider-alone.ts', 'floor.ts'],
    absWorkingDir: import.meta.dirname,
    outdir: others,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node24',
  })
  const url = (...path: string[]) => pathToFileURL(join(...path)).href
  return {
    asked: {
      latchkey: url(asked, PROGRAM_MAIN),
      provider: url(others, 'provider.mjs'),
      floor: url(others, 'floor.mjs'),
    },
    issuer: join(program, PROGRAM_MAIN),
    provider: join(others, 'provider-alone.mjs'),
    compileCache: join(place, 'compiled'),
    remove: () => rmSync(place, { recursive: true, force: true }),
  }
}
