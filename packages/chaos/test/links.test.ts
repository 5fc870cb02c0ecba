import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { openLink } from '../src/tcp-link.ts'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

/** A server that says everything back, a link to it, and a client of the link. */
async function echo(t: Test) {
  const far = createServer((socket) => socket.on('error', () => {}).pipe(socket))
  far.listen(0, '127.0.0.1')
  await once(far, 'listening')
  const listen = { host: '127.0.0.1', port: await freePort() }
  const to = { host: '127.0.0.1', port: (far.address() as { port: number }).port }
  const link = await openLink({ name: 'echo', listen, to })
  const sockets: Socket[] = []
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy()
    await link.close()
    await new Promise((done) => far.close(done))
  })
  const open = () => {
    const socket = connect(listen).on('error', () => {})
    sockets.push(socket)
    return socket
  }
  return { link, open }
}

/** Reset or not. */
function closed(socket: Socket): Promise<unknown> {
  return new Promise((done) => socket.once('close', done))
}

async function said(socket: Socket, text: string): Promise<string> {
  socket.write(text)
  const [piece] = await once(socket, 'data')
  return String(piece)
}

t.test('an open link hands on both ways, in order', async (t) => {
  const { open } = await echo(t)
  const socket = open()
  t.equal(await said(socket, 'one'), 'one')
  t.equal(await said(socket, 'two'), 'two')
})

t.test('a cut link resets what is open and refuses what is new, until it is mended', async (t) => {
  const { link, open } = await echo(t)
  const before = open()
  await said(before, 'one')
  link.cut()
  await closed(before)
  const during = open()
  await closed(during)
  link.mend()
  t.equal(await said(open(), 'again'), 'again')
})

t.test(
  'a stalled link passes nothing on and closes nothing; mended, nothing is missing',
  async (t) => {
    const { link, open } = await echo(t)
    const socket = open()
    await said(socket, 'one')
    link.stall()
    let heard = ''
    socket.on('data', (piece) => {
      heard += String(piece)
    })
    socket.write('two')
    await sleep(60)
    t.equal(heard, '')
    t.equal(socket.destroyed, false)
    link.mend()
    await once(socket, 'data')
    t.equal(heard, 'two')
  },
)

t.test('a slow link holds each piece back and keeps the order', async (t) => {
  const { link, open } = await echo(t)
  const socket = open()
  await said(socket, 'one')
  link.delay(40)
  const beganMs = performance.now()
  t.equal(await said(socket, 'two'), 'two')
  const tookMs = performance.now() - beganMs
  t.ok(tookMs >= 78, `${tookMs} ms there and back`)
})
