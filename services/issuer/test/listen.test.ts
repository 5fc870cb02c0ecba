import { spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import fastify from 'fastify'
import t from 'tap'
import { DATA_FOLDER_FORMAT, openDataFolder } from '../src/data-folder.ts'
import { listen, type StopDeps, stopOnSignals } from '../src/listen.ts'

t.test('a port that cannot be opened gives one clear line', async (t) => {
  const first = fastify()
  t.teardown(() => first.close())
  t.match(await listen(first, { host: '127.0.0.1', port: 0 }), /^http:\/\/127\.0\.0\.1:\d+$/)
  const { port } = first.server.address() as AddressInfo

  const cases = [
    { host: '127.0.0.1', port, code: 'port-in-use' },
    { host: '192.0.2.1', port: 0, code: 'address-unknown' },
    { host: 'no-such-host.invalid', port: 0, code: 'address-unknown' },
  ]
  for (const { code, ...address } of cases) {
    const app = fastify()
    t.teardown(() => app.close())
    const refused = await listen(app, address).catch((error) => error)
    t.match(refused, { name: 'InputError', code })
    t.match(refused.message, /^listen: expected .*, received .*:\d+ \[[a-z-]+\]$/)
  }
  const broken = { listen: () => Promise.reject(new Error('something else')) }
  await t.rejects(listen(broken, { host: 'x', port: 0 }), { message: 'something else' })
})

/** A server under way, a stand-in for the process, and what was logged and how it ended. */
async function running(t: Tap, handler: () => Promise<string>, options: Partial<StopDeps> = {}) {
  const app = fastify()
  const logged: string[] = []
  const note = (_: unknown, message?: string) => logged.push(String(message))
  const exited = Promise.withResolvers<number>()
  const exits: number[] = []
  const signals = Object.assign(new EventEmitter(), {
    exit: (code: number) => {
      exits.push(code)
      exited.resolve(code)
    },
  })
  app.get('/', handler)
  stopOnSignals({
    app,
    log: { info: note, warn: note, error: note } as unknown as StopDeps['log'],
    process: signals as unknown as StopDeps['process'],
    ...options,
  })
  const address = await listen(app, { host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  return { app, address, signals, exited: exited.promise, exits, logged }
}
type Tap = { teardown(action: () => unknown): void }

t.test('a request in flight is answered before the process ends', async (t) => {
  const arrived = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<string>()
  let closed = false
  const { address, signals, exited, logged } = await running(
    t,
    () => {
      arrived.resolve()
      return finish.promise
    },
    {
      close: async () => {
        closed = true
      },
    },
  )
  const answer = fetch(address)
  await arrived.promise
  signals.emit('SIGTERM')
  t.equal(closed, false, 'stores stay open for the request')
  finish.resolve('done')
  t.equal(await (await answer).text(), 'done')
  t.equal(await exited, 0)
  t.equal(closed, true)
  t.same(logged, ['stopping', 'stopped'])
  await t.rejects(fetch(address), 'no new connections')
})

t.test('what hangs is cut after the bound, upgraded connections too', async (t) => {
  const { app, address, signals, exited, logged } = await running(t, () => new Promise(() => {}), {
    drainMs: 50,
  })
  app.server.on('upgrade', (_, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n'))
  const hanging = fetch(address)
  const upgraded = connect(Number(new URL(address).port), '127.0.0.1')
  upgraded.write('GET / HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
  await once(upgraded, 'data')
  const cut = once(upgraded, 'close')
  signals.emit('SIGINT')
  await t.rejects(hanging)
  await cut
  t.equal(await exited, 0)
  t.same(logged, ['stopping', 'connections still open are cut', 'stopped'])
})

t.test('the process ends even when closing fails or never ends', async (t) => {
  const failing = await running(t, async () => '', {
    close: () => Promise.reject(new Error('disk full')),
  })
  failing.signals.emit('SIGTERM')
  t.equal(await failing.exited, 1)
  t.same(failing.logged, ['stopping', 'stopping failed'])

  const endless = await running(t, async () => '', {
    close: () => new Promise(() => {}),
    drainMs: 10,
    giveUpMs: 10,
  })
  endless.signals.emit('SIGTERM')
  t.equal(await endless.exited, 1)
  t.match(endless.logged.at(-1), 'too long')
})

t.test('a second signal ends the process at once', async (t) => {
  const slow = Promise.withResolvers<void>()
  const { signals, exits, exited } = await running(t, async () => '', { close: () => slow.promise })
  signals.emit('SIGTERM')
  t.same(exits, [])
  signals.emit('SIGINT')
  t.same(exits, [130])
  signals.emit('SIGTERM')
  t.same(exits, [130, 143])
  t.equal(await exited, 130)
  slow.resolve()
})

t.test('a real process stops on a real signal', async (t) => {
  const script = join(import.meta.dirname, 'fixtures', 'stoppable.ts')
  const child = spawn(process.execPath, ['-C', '@latchkey/source', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  t.match((await lines.next()).value, 'http://127.0.0.1:')
  child.kill('SIGTERM')
  t.equal((await lines.next()).value, 'closed')
  t.same(await once(child, 'exit'), [0, null])
})

t.test('the data folder belongs to the owner and to this version', async (t) => {
  const folder = join(t.testdir({}), 'deep', 'data')
  openDataFolder(folder)
  openDataFolder(folder)
  t.equal(statSync(folder).mode & 0o777, 0o700)

  writeFileSync(join(folder, 'format'), `${DATA_FOLDER_FORMAT + 1}\n`)
  t.throws(() => openDataFolder(folder), { code: 'data-folder-newer', received: 'format 2' })
  writeFileSync(join(folder, 'format'), 'a poem')
  t.throws(() => openDataFolder(folder), { code: 'data-folder-unknown' })

  const file = join(t.testdir({ file: '' }), 'file')
  t.throws(() => openDataFolder(join(file, 'below')), { code: 'data-folder-closed' })
})
