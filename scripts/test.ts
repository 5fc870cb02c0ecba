/**
 * `npm test`: the checks of `npm run check`, then every test. `npm test -- packages/store` runs only the tests there.
 * LATCHKEY_COVERAGE=1 shows coverage, which doubles the time. The last line is always `N passed, N failed`.
 */
import { spawn } from 'node:child_process'
import { globSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runChecks } from './checks/run-checks.ts'
import { tapSummary } from './tap-summary.ts'

const root = join(import.meta.dirname, '..')
const files = process.argv.slice(2).flatMap(testFiles)
const everything = process.argv.length === 2
const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

const postgres = everything ? await sharedPostgres() : undefined
const checks = everything ? await runChecks(root, print) : { passed: 0, failed: 0 }

const summary = tapSummary(print)
const withCoverage = process.env['LATCHKEY_COVERAGE'] === '1'
const coverage = withCoverage ? [] : ['--disable-coverage']
// Some three hundred processes load the same modules: compiled once, a third of their time is saved. Coverage would lose precision.
const compiled = { NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile') }
const tap = spawn(
  process.execPath,
  [join(root, 'node_modules', '.bin', 'tap'), '--reporter=tap', ...coverage, ...files],
  {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...postgres?.env, ...(!withCoverage && compiled) },
  },
)
// Ctrl-C reaches tap too; it ends the tests and says how far they came.
process.on('SIGINT', () => {})
tap.stdout.pipe(summary.input)
tap.on('close', async (exitCode) => {
  await postgres?.stop()
  const counts = summary.finish(exitCode)
  const failed = counts.failed + checks.failed
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
  print(`${counts.passed + checks.passed} passed, ${failed} failed${skipped}`)
  process.exitCode = failed > 0 ? 1 : 0
})

/** A folder stands for the test files in it, which tap does not know; anything else is passed on to tap as it is. */
function testFiles(argument: string): string[] {
  if (!statSync(argument, { throwIfNoEntry: false })?.isDirectory()) return [argument]
  const found = globSync(join(argument, '**', '*.test.ts'), {
    exclude: ['**/node_modules', '**/dist'],
  })
  return found.length > 0 ? found.sort() : [argument]
}

/** Several test files need PostgreSQL, and starting one takes longer than most of them. */
async function sharedPostgres() {
  const { prepareTemplate, SHARED_SERVER, startPostgres } = await import(
    '@latchkey/directory/postgres-server'
  )
  try {
    const server = await startPostgres()
    await prepareTemplate(server)
    return { env: { [SHARED_SERVER]: `${server.port}` }, stop: server.stop }
  } catch {
    // Each file that needs one says what is missing.
    return undefined
  }
}
