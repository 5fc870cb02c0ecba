import { join } from 'node:path'
import t, { type Test } from 'tap'
import { longestFirst } from '../test-run/longest-first.ts'
import { cleanProcess } from './clean-process.ts'

const script = join(import.meta.dirname, '..', 'test.ts')
const root = join(import.meta.dirname, '..', '..')

/** What `npm test -- FOLDER` prints and ends with, for a folder of these test files. */
async function npmTest(t: Test, bodies: Readonly<Record<string, string>>) {
  const files = Object.entries(bodies).map(([name, body]) => [
    `${name}.test.ts`,
    `import t from 'tap'\n${body}\n`,
  ])
  const folder = t.testdir(Object.fromEntries(files))
  const { exitCode, lines } = await cleanProcess(['-C', '@latchkey/source', script, folder], {
    cwd: root,
  }).ended
  return {
    exitCode,
    lastLine: lines.at(-1),
    notOk: lines.filter((it) => it.startsWith('not ok - ')),
  }
}

t.test('tests are counted, not assertions, and groups do not count', async (t) => {
  const { exitCode, lastLine, notOk } = await npmTest(t, {
    flat: 't.ok(true)\nt.ok(true)',
    nested: `t.test('group', async (t) => {
      t.test('one', async (t) => { t.ok(1); t.ok(2) })
      t.test('two', async (t) => t.ok(1))
      t.test('three', async () => 'would have thrown')
      t.test('skipped', { skip: 'not here' }, async (t) => t.ok(1))
      t.test('still to be written')
    })`,
  })
  t.equal(lastLine, '4 passed, 0 failed, 2 skipped')
  t.equal(exitCode, 0)
  t.strictSame(notOk, [])
})

/** Name of a file, what is in it, and how its one failure is called. Three of them also have a test that passes. */
const FAILING: [file: string, body: string, failure: string][] = [
  ['assertion', "t.test('a', async (t) => { t.equal(1, 2, 'equal'); t.ok(1) })", ' > a > equal'],
  ['beside', "t.equal(1, 2, 'equal')\nt.test('a', async (t) => t.ok(1))", ' > equal'],
  ['exception', "t.test('a', async () => { throw new Error('boom') })", ' > a > boom'],
  [
    'later',
    "t.test('a', () => new Promise(() => setTimeout(() => { throw new Error('boom') })))",
    '',
  ],
  ['rejected', "t.test('a', async (t) => { Promise.reject(new Error('boom')); t.ok(1) })", ''],
  ['exit', "t.test('a', async (t) => t.ok(1))\nt.teardown(() => process.exit(7))", ''],
  ['syntax', 't.test(', ''],
  ['plan', "t.test('a', async (t) => { t.plan(2); t.ok(1) })", ' > a > test unfinished'],
  ['empty-file', 'export {}', ' > no test in it'],
]

t.test('whatever goes wrong counts as failed, once', async (t) => {
  const bodies = Object.fromEntries(FAILING.map(([file, body]) => [file, body]))
  const { exitCode, lastLine, notOk } = await npmTest(t, bodies)
  const failures = notOk.map((it) => it.replace(/^.*\//, ''))
  t.strictSame(
    failures.sort(),
    FAILING.map(([file, , failure]) => `${file}.test.ts${failure}`).sort(),
  )
  t.equal(lastLine, `3 passed, ${FAILING.length} failed`)
  t.equal(exitCode, 1)
})

const ENDLESS =
  "t.setTimeout(50)\nt.test('a', () => new Promise(() => setInterval(() => {}, 1000)))"

t.test('a file that runs out of time counts as failed, once', async (t) => {
  const { exitCode, lastLine, notOk } = await npmTest(t, { timeout: ENDLESS })
  // Whether a file that is stopped can still say which of its tests was running is chance.
  const failures = notOk.map((it) => it.replace(/^.*\//, '').replace('a > timeout!', 'timeout!'))
  t.strictSame(failures, ['timeout.test.ts > timeout!'])
  t.equal(lastLine, '0 passed, 1 failed')
  t.equal(exitCode, 1)
})

t.test('a report that is lost beside a file that runs out of time counts as failed', async (t) => {
  const { exitCode, notOk, lastLine } = await npmTest(t, {
    beside: "t.test('a', async (t) => t.ok(1))",
    timeout: ENDLESS,
  })
  const lost = notOk.includes('not ok - 1 of 2 files left no report')
  t.equal(lastLine, lost ? '0 passed, 2 failed' : '1 passed, 1 failed', notOk.join(', '))
  t.equal(exitCode, 1)
})

t.test('a program that outlives its test does not hold up the run', async (t) => {
  const file = `import { spawn } from 'node:child_process'
    const left = spawn('sleep', ['60'], { stdio: ['ignore', 'inherit', 'ignore'] })
    t.test('a', async (t) => t.ok(left.pid))
    t.teardown(() => process.exit())`
  const { lastLine } = await npmTest(t, { file })
  t.equal(lastLine, '1 passed, 0 failed')
})

t.test('the files that ask for most time are started first', async (t) => {
  const folder = t.testdir({
    a: '',
    b: 't.test(() => {})\nt.setTimeout(400_000)\n',
    c: "t.test('c', (t) => {\n  t.setTimeout(900_000)\n})",
    d: 't.setTimeout(600_000)\n',
  })
  const files = ['a', 'b', 'c', 'd'].map((name) => join(folder, name))
  t.strictSame(
    longestFirst(files)
      .map((file) => file.at(-1))
      .join(''),
    'dbac',
  )
})

t.test('one that stops everything fails', async (t) => {
  const { exitCode, lastLine } = await npmTest(t, { file: "t.bailout('no use')" })
  t.equal(lastLine, '0 passed, 1 failed')
  t.equal(exitCode, 1)
})

t.test('running no test at all fails', async (t) => {
  const { exitCode, lastLine, notOk } = await npmTest(t, {})
  t.strictSame(notOk, ['not ok - no test ran'])
  t.equal(lastLine, '0 passed, 1 failed')
  t.equal(exitCode, 1)
})
