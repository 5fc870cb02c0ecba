import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { cleanProcess } from './clean-process.ts'

const scripts = join(import.meta.dirname, '..')

type Lock = Record<string, Record<string, unknown>>

const LOCKED: Lock = {
  '': { name: 'demo', version: '0.1.0' },
  'node_modules/left': { version: '1.0.0', integrity: 'sha512-left' },
  'node_modules/other-platform': { version: '1.0.0', optional: true, os: ['no-such-os'] },
  'node_modules/other-libc': { version: '1.0.0', optional: true, libc: ['no-such-libc'] },
}

/** What `npm ci` leaves behind for LOCKED on this platform. */
const INSTALLED: Lock = { 'node_modules/left': { version: '1.0.0', integrity: 'sha512-left' } }

/** Notes each call in calls.log and installs, where there is a file `hold` only after there is one called `release`. */
const FAKE_NPM = `
const { appendFileSync, cpSync, existsSync } = require('node:fs')
appendFileSync('calls.log', 'npm ' + process.argv.slice(2).join(' ') + '\\n')
if (existsSync('fail')) { console.error('npm error code E503'); process.exit(1) }
const timer = setInterval(() => {
  if (existsSync('hold') && !existsSync('release')) return
  clearInterval(timer)
  cpSync('installed', 'node_modules', { recursive: true })
}, 10)
`

const FAKE_TOOL = (name: string) => `
require('node:fs').appendFileSync('calls.log', '${name} ' + process.argv.slice(2).join(' ') + '\\n')
`

/** A checkout with nothing but the bootstrap, whose npm, tap and apt-get only note that they were called. */
function checkout(t: Test, options: { programs?: string[] } = {}) {
  const root = mkdtempSync(join(tmpdir(), 'latchkey-bootstrap-'))
  t.teardown(() => rmSync(root, { recursive: true, force: true }))
  for (const name of ['bootstrap.mjs', 'bootstrap']) {
    cpSync(join(scripts, name), join(root, 'scripts', name), { recursive: true })
  }
  const program = (path: string, text: string) => {
    writeFileSync(join(root, path), `#!${process.execPath}\n${text}`, { mode: 0o755 })
  }
  mkdirSync(join(root, 'bin'))
  mkdirSync(join(root, 'installed', '.bin'), { recursive: true })
  program('bin/npm', FAKE_NPM)
  program('bin/apt-get', FAKE_TOOL('apt-get'))
  for (const name of options.programs ?? ['redis-server', 'postgres', 'chromium']) {
    program(`bin/${name}`, FAKE_TOOL(name))
  }
  program('installed/.bin/tap', FAKE_TOOL('tap'))
  program('installed/.bin/node', '')
  const json = (packages: Lock) => JSON.stringify({ packages })
  writeFileSync(join(root, 'installed', '.package-lock.json'), json(INSTALLED))
  writeFileSync(join(root, 'package-lock.json'), json(LOCKED))
  writeFileSync(join(root, '.taprc'), 'jobs: 2\n')
  // The tests that drop their privileges must still be able to work in here.
  chmodSync(root, 0o777)
  return {
    root,
    file: (name: string) => join(root, name),
    program,
    lock: (packages: Lock) => writeFileSync(join(root, 'package-lock.json'), json(packages)),
    calls: () => {
      const log = join(root, 'calls.log')
      return existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : []
    },
    start: (args: string[] = [], uid?: number) =>
      cleanProcess(['scripts/bootstrap.mjs', ...args], {
        cwd: root,
        env: { PATH: join(root, 'bin') },
        uid,
      }),
  }
}

async function appears(file: string) {
  const watcher = watch(join(file, '..'))
  while (!existsSync(file)) await new Promise((resolve) => watcher.once('change', resolve))
  watcher.close()
}

const NPM_CI = 'npm ci --ignore-scripts --include=dev --include=optional --loglevel=error'

t.test('a fresh clone is installed once, then there is nothing to say', async (t) => {
  const place = checkout(t)
  const first = await place.start().ended
  t.equal(first.exitCode, 0)
  t.match(first.lines, [/^bootstrap: installing dependencies \(node_modules is missing.* s$/])
  t.strictSame(place.calls(), [NPM_CI])
  t.strictSame(await place.start().ended, { exitCode: 0, lines: [] })
  t.strictSame(place.calls(), [NPM_CI])
  t.notOk(existsSync(place.file('.bootstrap.lock')), 'the lock is gone')
})

t.test('node_modules that differ from the lock file are installed again', async (t) => {
  const left = LOCKED['node_modules/left']
  const cases: { title: string; lock: Lock; why: string }[] = [
    {
      title: 'another version',
      lock: { ...LOCKED, 'node_modules/left': { ...left, version: '1.0.1' } },
      why: 'node_modules/left is 1.0.0, the lock file has 1.0.1',
    },
    {
      title: 'the same version with other contents',
      lock: { ...LOCKED, 'node_modules/left': { ...left, integrity: 'sha512-right' } },
      why: 'node_modules/left is 1.0.0, the lock file has 1.0.0',
    },
    {
      title: 'a package more in the lock file',
      lock: { ...LOCKED, 'node_modules/new': { version: '1.0.0' } },
      why: 'node_modules/new is missing',
    },
    {
      title: 'an optional package for this platform',
      lock: { ...LOCKED, 'node_modules/new': { optional: true, os: [process.platform] } },
      why: 'node_modules/new is missing',
    },
    {
      title: 'a package that the lock file no longer has',
      lock: { '': {} },
      why: 'node_modules/left is not in the lock file',
    },
  ]
  for (const { title, lock, why } of cases) {
    await t.test(title, async (t) => {
      const place = checkout(t)
      await place.start().ended
      place.lock(lock)
      const { lines } = await place.start().ended
      t.match(lines[0], `bootstrap: installing dependencies (${why})`)
      t.equal(place.calls().length, 2)
    })
  }
})

t.test('an installation that fails ends with one line that says so', async (t) => {
  const place = checkout(t)
  writeFileSync(place.file('fail'), '')
  const { exitCode, lines } = await place.start().ended
  t.equal(exitCode, 1)
  t.ok(lines.includes('npm error code E503'), 'the reason of npm is shown')
  t.match(lines.at(-1), /^bootstrap: installing .* failed: "npm ci .*" ended with exit code 1$/)
})

t.test('a pinned Node that does not run here is told in one line', async (t) => {
  const place = checkout(t)
  place.program('installed/.bin/node', 'process.exit(1)')
  const { exitCode, lines } = await place.start().ended
  t.equal(exitCode, 1)
  t.match(lines.at(-1), /^bootstrap: the pinned Node does not run .* install Node 24\.15 or newer/)
})

t.test('tap is built once for each .taprc', async (t) => {
  const place = checkout(t)
  const built = () => place.calls().filter((call) => call === 'tap build').length
  await place.start().ended
  t.equal(built(), 0, 'not without --test')
  await place.start(['--test']).ended
  await place.start(['--test']).ended
  t.equal(built(), 1)
  writeFileSync(place.file('.taprc'), 'jobs: 3\n')
  await place.start(['--test']).ended
  t.equal(built(), 2)
})

const isRoot = process.getuid?.() === 0

t.test('root gets missing programs through apt', { skip: !isRoot && 'not root' }, async (t) => {
  const place = checkout(t, { programs: ['redis-server', 'pg_ctlcluster'] })
  await place.start(['--test']).ended
  t.strictSame(
    place.calls().filter((call) => call.startsWith('apt-get')),
    [
      'apt-get -o DPkg::Lock::Timeout=300 update',
      'apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends chromium',
    ],
  )
})

t.test('anybody else is told in one line what to install', async (t) => {
  const place = checkout(t, { programs: [] })
  await place.start().ended
  const nobody = isRoot ? 65534 : undefined
  writeFileSync(place.file('calls.log'), '', { mode: 0o666 })
  chmodSync(place.file('node_modules'), 0o777)
  chmodSync(place.file('calls.log'), 0o666)
  const { exitCode, lines } = await place.start(['--test'], nobody).ended
  t.equal(exitCode, 1)
  t.equal(
    lines.at(-1),
    'bootstrap: the tests need redis-server and postgresql and chromium; install them: ' +
      'sudo apt-get install -y --no-install-recommends redis-server postgresql chromium',
  )
  t.notMatch(place.calls(), ['apt-get'])
})

t.test('of two at once the second waits and finds nothing left to do', async (t) => {
  const place = checkout(t)
  writeFileSync(place.file('hold'), '')
  const first = place.start()
  await appears(place.file('calls.log'))
  const second = place.start()
  await second.said('another one is at work here, waiting')
  writeFileSync(place.file('release'), '')
  t.equal((await first.ended).exitCode, 0)
  t.equal((await second.ended).exitCode, 0)
  t.strictSame(place.calls(), [NPM_CI])
})

t.test('the lock of a process that died is taken over', async (t) => {
  const place = checkout(t)
  const lock = place.file('.bootstrap.lock')
  writeFileSync(lock, '1\n')
  const longAgo = new Date(Date.now() - 60_000)
  utimesSync(lock, longAgo, longAgo)
  t.equal((await place.start().ended).exitCode, 0)
  t.strictSame(place.calls(), [NPM_CI])
  t.notOk(existsSync(lock))
})
