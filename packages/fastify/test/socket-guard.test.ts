import { EventEmitter, once } from 'node:events'
import { END_REASONS, systemClock, systemScheduler } from '@latchkey/protocol'
import type { RefusalReason, Verifier } from '@latchkey/verifier'
import t from 'tap'
import { WebSocket } from 'ws'
import { socketClose } from '../src/socket-close.ts'
import { guardOne } from '../src/socket-guard.ts'
import { GOOD } from './fixtures/bearer-rows.ts'
import { fakeVerifier } from './fixtures/fake-verifier.ts'
import { liveService } from './fixtures/live-service.ts'

const ENDINGS: [reason: RefusalReason, code: number, text: string][] = [
  ['session_ended', 4401, 'session ended'],
  ['user_ended', 4401, 'session ended'],
  ['client_ended', 4401, 'session ended'],
  ['token_ended', 4401, 'session ended'],
  ['all_ended', 4401, 'session ended'],
  ['stale', 4403, 'permission changed'],
  ['expired', 4408, 'token expired'],
  ['key_ended', 4408, 'key replaced'],
  ['unknown_kid', 4408, 'key replaced'],
  ['service_ended', 4408, 'key replaced'],
]

t.test('K16: the socket closes the moment the token stops being good', async (t) => {
  for (const [reason, code, text] of ENDINGS) {
    const { verifier, open, heard } = await liveService(t)
    const client = await open(GOOD)
    client.send('before')
    t.strictSame(String((await once(client, 'message'))[0]), 'before')
    verifier.end('good', reason)
    const [closeCode, closeText] = await once(client, 'close')
    t.strictSame([closeCode, String(closeText)], [code, text], reason)
    t.strictSame(heard, ['before'])
    t.equal(verifier.watching, 0, 'nobody watches a closed socket')
  }
})

t.test('the text says what ended it, whatever that was, and fits into a close frame', async (t) => {
  const { verifier, open } = await liveService(t)
  const client = await open(GOOD)
  verifier.end('good', 'session_ended', 'admin')
  t.strictSame(String((await once(client, 'close'))[1]), 'session ended: admin')
  for (const why of END_REASONS) {
    const { code, text } = socketClose('user_ended', why)
    t.equal(code, 4401)
    t.equal(text, `session ended: ${why}`)
    t.ok(Buffer.byteLength(text) <= 123, why)
  }
  t.equal(socketClose('stale', 'admin').text, 'permission changed')
})

t.test('after the end nothing passes in either direction', async (t) => {
  const { verifier, open, heard, sockets } = await liveService(t)
  const client = await open(GOOD)
  const received: string[] = []
  client.on('message', (data) => received.push(String(data)))
  const [socket] = sockets
  if (socket === undefined) throw new Error('no socket')
  const late: string[] = []
  verifier.end('good', 'session_ended')
  socket.on('message', (data) => late.push(String(data)))
  const failed = new Promise<Error | undefined>((resolve) => socket.send('secret', resolve))
  client.send('one more')
  client.send(Buffer.from([1, 2, 3]))
  await once(client, 'close')
  t.match(await failed, { message: /ended/ })
  t.strictSame(received, [])
  t.strictSame(heard, [])
  t.strictSame(late, [], 'also for listeners that come late')
})

t.test('a peer that does not answer the close is cut off', async (t) => {
  const { verifier, open, sockets } = await liveService(t)
  const client = await open(GOOD)
  client.pause()
  verifier.end('good', 'session_ended')
  const [socket] = sockets
  if (socket === undefined) throw new Error('no socket')
  const [code] = await once(socket, 'close')
  t.equal(code, 1006)
})

t.test(
  'every message is a decision: what no entry could tell in time is noticed with the next one',
  async (t) => {
    await t.test('no lease, inbound', async (t) => {
      const { verifier, open, heard } = await liveService(t)
      const client = await open(GOOD)
      verifier.override = () => ({ kind: 'stale', retryAfterSeconds: 1 })
      client.send('hello')
      t.equal((await once(client, 'close'))[0], 1013)
      t.strictSame(heard, [])
    })
    await t.test('no lease, outbound', async (t) => {
      const { verifier, open, sockets } = await liveService(t)
      const client = await open(GOOD)
      const received: string[] = []
      client.on('message', (data) => received.push(String(data)))
      verifier.override = () => ({ kind: 'stale', retryAfterSeconds: 1 })
      sockets[0]?.send('secret')
      t.equal((await once(client, 'close'))[0], 1013)
      t.strictSame(received, [])
    })
    await t.test('a lease that comes back in time disturbs nobody', async (t) => {
      const { verifier, open } = await liveService(t)
      const client = await open(GOOD)
      verifier.override = () => ({ kind: 'stale', retryAfterSeconds: 1 })
      verifier.override = undefined
      client.send('hello')
      t.equal(String((await once(client, 'message'))[0]), 'hello')
    })
    await t.test('a verifier that is behind, and one that says ended', async (t) => {
      for (const [reason, code] of [
        ['ahead', 1013],
        ['user_ended', 4401],
      ] as const) {
        const { verifier, open } = await liveService(t)
        const client = await open(GOOD)
        verifier.override = () => ({ kind: 'invalid', reason })
        client.send('hello')
        t.equal((await once(client, 'close'))[0], code)
      }
    })
  },
)

t.test('text and binary pass as they are', async (t) => {
  const { open } = await liveService(t)
  const client = await open(GOOD)
  for (const data of ['text', Buffer.from([0, 255, 1])]) {
    client.send(data)
    const [back, isBinary] = await once(client, 'message')
    t.strictSame(
      [Buffer.from(back), isBinary],
      [Buffer.from(data as Buffer), typeof data !== 'string'],
    )
  }
})

t.test('a socket is guarded before its handler runs, whether that asks or not', async (t) => {
  const { verifier, open, sockets } = await liveService(t)
  const client = await open(GOOD, '/strict')
  verifier.end('good', 'session_ended')
  t.equal((await once(client, 'close'))[0], 4401)
  t.equal(sockets.length, 1)
})

t.test('a public socket is nobody to guard', async (t) => {
  const { open } = await liveService(t)
  const client = await open({}, '/open')
  client.send('hello')
  t.equal(String((await once(client, 'message'))[0]), 'hello')
})

t.test('a guard that comes too late watches nothing', async (t) => {
  const verifier = fakeVerifier()
  verifier.grant('good', ['GET /live'])
  const verification = verifier.verify('good')
  if (verification.kind !== 'valid') throw new Error('not granted')
  const { claims } = verification
  const admission = {
    ...{ token: 'good', claims, toleranceSeconds: 0, route: '/live' },
    mayStay: () => true,
  }
  const deps = {
    ...{ verifier, tickets: undefined, graceSeconds: 2 },
    ...{ clock: systemClock, scheduler: systemScheduler },
  }
  const socket = (readyState: number) => {
    const closed: number[] = []
    const emitter = new EventEmitter()
    const own = {
      readyState,
      closed,
      send() {},
      terminate() {},
      close: (code: number) => closed.push(code),
    }
    return Object.assign(emitter, own)
  }

  const left = socket(WebSocket.CLOSED)
  guardOne(deps, admission, left)
  t.equal(verifier.watching, 0, 'the peer had left')

  const ended = socket(WebSocket.OPEN)
  let watching = 0
  const watch: Verifier['watch'] = (_claims, onEnd) => {
    watching++
    onEnd('session_ended')
    return () => void watching--
  }
  guardOne({ ...deps, verifier: { ...verifier, watch } }, admission, ended)
  t.strictSame(ended.closed, [4401], 'the session had ended')
  t.equal(watching, 0)
  ended.emit('close')
})

t.test('a client that leaves is no longer watched', async (t) => {
  const { verifier, open, sockets } = await liveService(t)
  const client = await open(GOOD)
  t.equal(verifier.watching, 1)
  const closed = once(sockets[0] as WebSocket, 'close')
  client.close()
  await closed
  t.equal(verifier.watching, 0)
})

t.test('a socket goes on with a fresh token of the same session', async (t) => {
  const { verifier, open, guards } = await liveService(t)
  const client = await open(GOOD)
  const [guard] = guards
  if (guard === undefined) throw new Error('no guard')
  verifier.grant('fresh', ['GET /live'], { exp: 1_700_000_600 })
  verifier.grant('foreign', ['GET /live'], { sub: 'u_eve' })
  verifier.grant('elsewhere', ['GET /live'], { sid: 's0_bbbbbbbbbbbbbbbbbbbbbb' })
  verifier.grant('poorer', ['GET /other'])
  verifier.end('dead', 'session_ended')
  const refused = async (token: string) => {
    const outcome = await guard.reauthenticate(token)
    return outcome.kind === 'refused' ? outcome.reason : outcome.kind
  }
  t.equal(await refused('foreign'), 'other_session')
  t.equal(await refused('elsewhere'), 'other_session')
  t.equal(await refused('poorer'), 'not_permitted')
  t.equal(await refused('dead'), 'session_ended')
  t.equal(await refused('unknown'), 'bad_signature')
  verifier.override = () => ({ kind: 'stale', retryAfterSeconds: 1 })
  t.equal(await refused('fresh'), 'no_lease')
  verifier.override = undefined
  t.equal(guard.caller.exp, 1_700_000_300, 'what was refused changed nothing')

  const accepted = await guard.reauthenticate('fresh')
  t.match(accepted, { kind: 'accepted', caller: { exp: 1_700_000_600 } })
  t.equal(guard.caller.exp, 1_700_000_600)
  t.ok(Object.isFrozen(guard.caller))
  verifier.end('good', 'expired')
  client.send('still here')
  t.equal(
    String((await once(client, 'message'))[0]),
    'still here',
    'the old token no longer counts',
  )
  verifier.end('fresh', 'session_ended')
  t.equal((await once(client, 'close'))[0], 4401)
  t.equal(await refused('fresh'), 'closed')
})

t.test('a socket that is over while its token is looked at stays over', async (t) => {
  const { verifier, open, guards } = await liveService(t)
  const client = await open(GOOD)
  verifier.grant('fresh', ['GET /live'])
  const late = guards[0]?.reauthenticate('fresh')
  verifier.end('good', 'session_ended')
  t.strictSame(await late, { kind: 'refused', reason: 'closed' })
  t.equal((await once(client, 'close'))[0], 4401)
})
