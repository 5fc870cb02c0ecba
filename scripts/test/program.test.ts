/** What production runs: the bundle that `npm run build` writes, started as deploy/ starts it. */
import { randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startRedis } from '@latchkey/store/redis-server'
import { freePort } from '@latchkey/testkit'
import t from 'tap'
import { bundleProgram, PROGRAM_MAIN } from '../program/bundle-program.ts'
import { cleanProcess } from './clean-process.ts'

const root = join(import.meta.dirname, '../..')
// Inside the repository, because native packages are found from there.
const cache = join(root, 'node_modules', '.cache')
mkdirSync(cache, { recursive: true })
const place = mkdtempSync(join(cache, 'latchkey-program-'))
t.teardown(() => rmSync(place, { recursive: true, force: true }))
const folder = join(place, 'program')
await bundleProgram(root, folder)

/** Writes down every file that Node reads code from. */
const WATCH = `data:text/javascript,${encodeURIComponent(`
  import { writeFileSync } from 'node:fs'
  import { registerHooks } from 'node:module'
  const urls = []
  registerHooks({ load: (url, context, next) => { urls.push(url); return next(url, context) } })
  process.on('exit', () => writeFileSync(process.env.LOADED, JSON.stringify([...urls, ...process.moduleLoadList])))
`)}`
const loadedFile = join(place, 'loaded.json')

function run(args: readonly string[], env: Record<string, string> = {}) {
  const started = cleanProcess(['--import', WATCH, join(folder, PROGRAM_MAIN), ...args], {
    cwd: place,
    env: { PATH: process.env['PATH'] ?? '', LOADED: loadedFile, ...env },
  })
  t.teardown(() => started.child.kill('SIGKILL'))
  return started
}

const loaded = () => JSON.parse(readFileSync(loadedFile, 'utf8')) as string[]
const loadedFiles = () =>
  loaded()
    .filter((url) => url.startsWith('file:'))
    .map((url) => new URL(url).pathname)

/** The packages whose code stands in the files; esbuild names the place of each piece. */
function partsOf(files: readonly string[]): string[] {
  const places =
    /^(?:\/\/ | {2}")(?:node_modules\/((?:@[^/]+\/)?[^/]+)|((?:packages|services)\/[^/]+))\//gm
  const texts = files.map((file) => readFileSync(file, 'utf8')).join('\n')
  return [...new Set([...texts.matchAll(places)].map(([, npm, own]) => npm ?? own ?? ''))]
}

t.test('a command loads no issuer, no database and no network library', async (t) => {
  const { exitCode, lines } = await run(['--help']).ended
  t.equal(exitCode, 0)
  t.match(lines.join('\n'), 'latchkey login https')
  const files = loadedFiles()
  t.ok(files.includes(join(folder, PROGRAM_MAIN)), 'the program was watched')
  const needless = [
    'services/issuer',
    'packages/store',
    'fastify',
    'ioredis',
    'pg',
    'kysely',
    'jose',
  ]
  t.strictSame(
    partsOf(files).filter((one) => needless.includes(one)),
    [],
  )
})

t.test('the issuer starts from a few files, with all that it reads from beside them', async (t) => {
  const [redis, port] = await Promise.all([startRedis(), freePort()])
  t.teardown(() => redis.stop())
  const issuer = `http://127.0.0.1:${port}`
  const client = { client_id: 'job', secret: 'x'.repeat(43), grant_types: ['client_credentials'] }
  const settings = {
    ...{ issuer, data_dir: place, listen: { host: '127.0.0.1', port } },
    services: [{ audience: 'http://orders.localhost' }],
    clients: [{ ...client, services: ['http://orders.localhost'] }],
  }
  const file = join(place, 'latchkey.yaml')
  writeFileSync(file, JSON.stringify(settings), { mode: 0o600 })
  const masterKey = randomBytes(32).toString('base64url')
  const env = { LATCHKEY_REDIS_URL: redis.url, LATCHKEY_MASTER_KEY: masterKey }
  const started = run(['start', '--config', file], env)
  const failed = started.ended.then(({ lines }) => Promise.reject(new Error(lines.join('\n'))))
  failed.catch(() => {})
  await Promise.race([started.said(issuer), failed])

  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`job:${client.secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  t.equal(answer.status, 200, 'a token, by the scripts of Redis')
  const page = await fetch(`${issuer}/errors/client-id-missing`)
  t.equal(page.status, 200, 'a page about an error')
  await page.body?.cancel()
  started.child.kill('SIGTERM')
  t.equal((await started.ended).exitCode, 0)

  const files = loadedFiles()
  t.ok(files.length < 30, `${files.length} files`)
  // The client of fetch and WebSocket that Node loads when it is asked for, and here by nobody.
  t.notOk(loaded().some((one) => one.includes('deps/undici')))
  const parts = partsOf(files)
  for (const one of ['services/issuer', 'fastify', 'kysely', 'ioredis'])
    t.ok(parts.includes(one), one)
  t.notOk(parts.includes('pg'), 'no driver of a database that it has not been given')
  const elsewhere = files.filter((one) => !one.startsWith(folder))
  t.strictSame(
    elsewhere.filter((one) => !one.includes('/node_modules/@node-rs/')),
    [],
  )
  t.match(readFileSync(join(folder, 'licences.txt'), 'utf8'), /^fastify [\d.]+ \(MIT\)$/m)
})

t.test('settings that are wrong end the program before it listens', async (t) => {
  const file = join(place, 'wrong.yaml')
  writeFileSync(file, 'issuer: nonsense\nlisten: { port: 70000 }\n', { mode: 0o600 })
  const { exitCode, lines } = await run(['start', '--config', file]).ended
  t.equal(exitCode, 2)
  const parts = partsOf(loadedFiles())
  t.strictSame(
    parts.filter((one) => one === 'pg' || one === 'ioredis'),
    [],
    'nothing was opened',
  )
  for (const place of ['issuer', 'listen.port']) t.match(lines.join('\n'), place)
})
