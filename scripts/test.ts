/**
 * `npm test`: the checks of `npm run check`, then every test. `npm test -- packages/store` runs only the tests there.
 * LATCHKEY_COVERAGE=1 shows coverage, which doubles the time. The last line is always `N passed, N failed`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { runChecks } from './checks/run-checks.ts'
import { tapSummary } from './tap-summary.ts'
import { longestFirst } from './test-run/longest-first.ts'
import { runTestFiles } from './test-run/run-test-files.ts'
import { tapSettings } from './test-run/tap-settings.ts'

const root = join(import.meta.dirname, '..')
const WITHOUT_DOMAINS = new URL('./test-run/without-domains.ts', import.meta.url)
const settings = tapSettings(root)
const everything = process.argv.length === 2
const files = everything
  ? globSync(settings.include, { cwd: root })
  : process.argv.slice(2).flatMap(testFiles)
const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}
// Ctrl-C reaches the tests too; they end, and the run says how far it came.
const stopped = new AbortController()
process.on('SIGINT', () => stopped.abort())

const postgres = everything ? await sharedPostgres() : undefined
const checks = everything ? await runChecks(root, print) : { passed: 0, failed: 0 }
const summary = tapSummary(print)
const env = { ...process.env, ...postgres?.env }
const exitCode = process.env['LATCHKEY_COVERAGE'] === '1' ? await runWithCoverage() : await run()
await postgres?.stop()
const counts = summary.finish(exitCode)
const failed = counts.failed + checks.failed
const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
print(`${counts.passed + checks.passed} passed, ${failed} failed${skipped}`)
process.exitCode = failed > 0 ? 1 : 0

/** @returns 0: the report has everything */
async function run(): Promise<number> {
  const how = {
    root,
    nodeArgs: [...settings['node-arg'], `--import=${WITHOUT_DOMAINS}`],
    timeoutMs: settings.timeout * 1000,
    // Some three hundred processes load the same modules: compiled once, a third of their time is saved.
    env: { ...env, NODE_COMPILE_CACHE: join(root, 'node_modules', '.cache', 'compile') },
  }
  const { jobs } = settings
  const ordered = longestFirst(files.toSorted())
  await runTestFiles({ ...how, files: ordered, jobs, stop: stopped.signal }, summary.input)
  return 0
}

/** By tap's own runner. @returns its exit code; null: it was ended by a signal */
async function runWithCoverage(): Promise<number | null> {
  const tap = join(root, 'node_modules', '.bin', 'tap')
  const child = spawn(process.execPath, [tap, '--reporter=tap', ...files], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  })
  child.stdout.pipe(summary.input)
  const [code] = await once(child, 'close')
  return code
}

/** A folder stands for the test files in it. @returns paths from the root */
function testFiles(argument: string): string[] {
  const stats = statSync(argument, { throwIfNoEntry: false })
  if (!stats) throw new Error(`no such file or folder: ${argument}`)
  const found = stats.isDirectory()
    ? globSync(join(argument, '**', '*.test.ts'), { exclude: ['**/node_modules', '**/dist'] })
    : [argument]
  return found.map((file) => relative(root, file))
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
