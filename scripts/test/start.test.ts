import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { DEMO_USERS, type DemoSecrets } from '../cluster/demo-cluster.ts'
import { isFree } from '../cluster/free-ports.ts'
import { type CleanProcess, cleanProcess } from './clean-process.ts'

const root = join(import.meta.dirname, '../..')
const COLUMNS = 80

/** What `npm start` and `npm run demo` run, with a data folder and ports of their own. */
async function place(t: Test) {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-start-'))
  t.teardown(() => rmSync(dataDir, { recursive: true, force: true }))
  const port = await fourFreePorts()
  const run = (script: string, env: Record<string, string> = {}) => {
    const own = { LATCHKEY_DATA_DIR: dataDir, LATCHKEY_PORT: String(port) }
    const started = cleanProcess(['-C', '@latchkey/source', join('scripts', script)], {
      cwd: root,
      env: { PATH: process.env['PATH'] ?? '', ...own, ...env },
    })
    t.teardown(() => started.child.kill('SIGKILL'))
    return started
  }
  return {
    dataDir,
    port,
    start: (env = {}) => run('start.ts', env),
    demo: () => run('demo/main.ts'),
  }
}

async function fourFreePorts(): Promise<number> {
  for (;;) {
    const first = 20_000 + 4 * Math.floor(Math.random() * 2900)
    const free = await Promise.all([0, 1, 2, 3].map((i) => isFree(first + i)))
    if (!free.includes(false)) return first
  }
}

const running = (started: CleanProcess) =>
  Promise.race([
    started.said('Latchkey is running'),
    started.ended.then(({ lines }) => Promise.reject(new Error(lines.join('\n')))),
  ])

function childrenOf(started: CleanProcess): number[] {
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
  return pairs.flatMap(([pid, ppid]) => (ppid === started.child.pid && pid ? [pid] : []))
}

/** Nobody tells when a process that is not our own has ended, so this looks. */
async function gone(pids: readonly number[]): Promise<void> {
  while (pids.some((pid) => existsSync(`/proc/${pid}`) || isAlive(pid))) await pause(20)
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

t.test('npm start runs four services, and ends them', async (t) => {
  const { dataDir, port, start, demo } = await place(t)
  const first = start()
  await running(first)
  const children = childrenOf(first)
  t.equal(children.length, 4)
  const secretsFile = join(dataDir, 'demo.json')
  const secrets = JSON.parse(readFileSync(secretsFile, 'utf8')) as DemoSecrets

  await t.test('it says by which command a session ends', async () => {
    await first.said(`npx latchkey sessions end --user rita --wait --data-dir ${dataDir}`)
  })

  await t.test('all of them answer', async (t) => {
    for (const [i, path] of ['/readyz', '/readyz', '/readyz', '/readyz'].entries()) {
      t.equal((await fetch(`http://127.0.0.1:${port + i}${path}`)).status, 200)
    }
  })

  await t.test('a second one is refused in one line that says what to do', async (t) => {
    const { exitCode, lines } = await start().ended
    t.equal(exitCode, 1)
    const other = `LATCHKEY_PORT=${port + 1000} npm start`
    t.strictSame(lines, [`Port ${port} is taken. Running already? Otherwise: ${other}`])
  })

  await t.test('the story holds against it', async (t) => {
    const { exitCode, lines } = await demo().ended
    t.equal(lines[0], 'Playing against the cluster that is running.')
    t.equal(lines.at(-1), 'Every step held.')
    t.equal(exitCode, 0)
    for (const line of lines) t.ok(line.length <= COLUMNS, line)
  })

  await t.test('the story says which steps do not hold, and ends with 1', async (t) => {
    const passwords = { ...secrets.passwords, rita: 'not hers' }
    writeFileSync(secretsFile, JSON.stringify({ ...secrets, passwords }))
    const { exitCode, lines } = await demo().ended
    writeFileSync(secretsFile, JSON.stringify(secrets))
    t.equal(exitCode, 1)
    t.match(lines[2], /✗ sign in once/)
    t.match(lines.at(-1), /^9 steps did not hold/, 'all but being asked for the password')
    t.notMatch(lines.join('\n'), /at .*:\d+:\d+/, 'no stacks')
    for (const line of lines) t.ok(line.length <= COLUMNS, line)
  })

  first.child.kill('SIGINT')
  const { exitCode, lines } = await first.ended
  t.equal(exitCode, 0)
  t.equal(lines.at(-1), 'stopped')
  t.strictSame(children.filter(isAlive), [], 'nobody is left')
  for (const { username } of DEMO_USERS) {
    t.ok(
      lines.some(
        (line) => line.includes(`${username} `) && line.includes(secrets.passwords[username]),
      ),
    )
  }
  for (const line of lines) t.ok(line.length <= COLUMNS || line.includes(dataDir), line)

  await t.test('with the same data again, until one of the four dies', async (t) => {
    const second = start()
    await running(second)
    const [issuer = 0, ...others] = childrenOf(second)
    process.kill(issuer, 'SIGKILL')
    const { exitCode, lines } = await second.ended
    t.equal(exitCode, 1)
    t.ok(
      lines.some((line) => line.includes(secrets.passwords.rita)),
      'the same passwords',
    )
    t.equal(lines.at(-1), 'issuer has ended (SIGKILL), so the others stop too')
    t.strictSame(others.filter(isAlive), [])
  })

  await t.test('a signal counts while it is still starting, too', async (t) => {
    const early = start()
    while (childrenOf(early).length === 0) await pause(20)
    const children = childrenOf(early)
    early.child.kill('SIGTERM')
    const { exitCode, lines } = await early.ended
    t.equal(exitCode, 0)
    t.equal(lines.at(-1), 'stopped')
    t.notMatch(lines.join('\n'), 'Latchkey is running')
    t.strictSame(children.filter(isAlive), [])
  })

  await t.test('and when it is killed itself, the four notice and stop', async (t) => {
    const third = start()
    await running(third)
    const children = childrenOf(third)
    t.equal(children.length, 4)
    third.child.kill('SIGKILL')
    await gone(children)
    t.ok(await isFree(port))
  })
})

t.test('npm run demo starts a cluster for itself, and leaves nothing', async (t) => {
  const { dataDir, demo } = await place(t)
  const { exitCode, lines } = await demo().ended
  t.equal(lines[0], 'Starting a cluster on SQLite …')
  t.equal(lines.at(-1), 'Every step held.')
  t.equal(exitCode, 0)
  t.notOk(existsSync(join(dataDir, 'demo.json')), 'nor does it touch the data of npm start')
})

t.test('what is in the way is told in one line', async (t) => {
  const { dataDir, port, start } = await place(t)
  const refusal = async (env: Record<string, string> = {}) => {
    const { exitCode, lines } = await start(env).ended
    t.equal(exitCode, 1)
    return lines
  }
  for (const LATCHKEY_PORT of ['http', '0', '65533', '4000.5', '-1']) {
    const expected = `LATCHKEY_PORT: expected a number from 1 to 65532, received ${LATCHKEY_PORT} [port]`
    t.strictSame(await refusal({ LATCHKEY_PORT }), [expected])
  }

  const other = createServer()
  await new Promise<void>((resolve) => other.listen(port + 2, '127.0.0.1', resolve))
  t.match((await refusal())[0], `Port ${port + 2} is taken.`)
  other.close()

  const file = join(dataDir, 'demo.json')
  for (const content of [
    '{"passwords":{"rita":"abcd',
    '{"passwords":{"rita":"abcd-efgh"}}',
    'null',
  ]) {
    writeFileSync(file, content)
    const lines = await refusal()
    t.strictSame(lines, [
      'Not the demo.json of this version. Delete its folder to begin anew:',
      file,
    ])
    t.notMatch(lines.join(), 'abcd')
  }
  rmSync(file)

  mkdirSync(dataDir, { recursive: true })
  writeFileSync(join(dataDir, 'format'), '99\n')
  const lines = await refusal()
  t.equal(lines.length, 1, lines.join('\n'))
  t.match(lines[0], /received format 99 \[data-folder-newer\]$/)
})
