import t from 'tap'
import type { Directory, StreamDelivery } from '../src/index.ts'
import { DIRECTORY_LIMITS } from '../src/limits.ts'
import { memoryDirectory, testClock } from './fixtures/open-directory.ts'

const SEALING = {
  seal: (text: string) => Buffer.from(text).toString('base64url'),
  open: (text: string) => Buffer.from(text, 'base64url').toString(),
}
const PUSH = { method: 'push', endpoint: 'https://receiver.example/events' } as const
const SECRET = { ...PUSH, authorizationHeader: 'Bearer a b' }
const stream = (id: string, delivery: StreamDelivery = PUSH, change: object = {}) => ({
  id,
  clientId: `client-${id}`,
  delivery,
  eventsRequested: ['urn:a', 'https://b.example/event'],
  ...change,
})

async function opened(...args: Parameters<typeof memoryDirectory>): Promise<Directory> {
  const directory = await memoryDirectory(...args)
  for (const id of ['one', 'two']) {
    const clientId = `client-${id}`
    const secret = 'secret-secret-secret-secret-secret'
    await directory.clients.save({ id: clientId, secret, grantTypes: ['client_credentials'] })
  }
  return directory
}

t.test(
  'Shared Signals Framework section 8.1.1: a stream is kept as it was asked for',
  async (t) => {
    const clock = testClock()
    const { streams } = await opened(t, { clock, sealing: SEALING })
    const at = 1_700_000_000
    const expected = {
      ...stream('one', SECRET),
      ...{ status: 'enabled', statusReason: '', createdAt: at, updatedAt: at },
    } as const
    t.strictSame(await streams.create(stream('one', SECRET)), expected)
    t.strictSame(await streams.list(), [expected])
    clock.advance(5000)
    const poll = { delivery: { method: 'poll' }, eventsRequested: [], description: 'ü' } as const
    const replaced = { ...expected, ...poll, updatedAt: at + 5 }
    t.strictSame(await streams.replace('one', poll), replaced)
    const paused = { ...replaced, status: 'paused', statusReason: 'maintenance' }
    t.strictSame(await streams.setStatus('one', 'paused', 'maintenance'), paused)
    t.strictSame(await streams.find('one'), paused)
    t.equal(await streams.remove('one'), true)
    t.equal(await streams.remove('one'), false)
    t.equal(await streams.find('one'), undefined)
    t.equal(await streams.setStatus('one', 'paused', ''), undefined)
    t.equal(await streams.replace('one', poll), undefined)
  },
)

t.test('a client has one stream', async (t) => {
  const { streams } = await opened(t)
  await streams.create(stream('one'))
  await t.rejects(streams.create(stream('x', PUSH, { clientId: 'client-one' })), {
    code: 'stream-taken',
  })
  await streams.create(stream('two'))
  t.equal((await streams.list()).length, 2)
})

t.test('what no receiver can mean is refused, and its secret is not repeated', async (t) => {
  const { streams } = await opened(t, { sealing: SEALING })
  const many = Array.from({ length: DIRECTORY_LIMITS.eventsPerStream + 1 }, (_, i) => `urn:${i}`)
  const rows: [string, object, StreamDelivery][] = [
    ['stream-endpoint', {}, { method: 'push', endpoint: 'http://receiver.example/' }],
    ['stream-endpoint', {}, { method: 'push', endpoint: 'file:///etc/passwd' }],
    ['stream-authorization', {}, { ...PUSH, authorizationHeader: 'secret\r\nX: y' }],
    ['stream-authorization', {}, { ...PUSH, authorizationHeader: 's'.repeat(1025) }],
    ['stream-authorization', {}, { ...PUSH, authorizationHeader: '' }],
    ['stream-events', { eventsRequested: ['no uri'] }, PUSH],
    ['too-many', { eventsRequested: many }, PUSH],
    ['duplicate', { eventsRequested: ['urn:a', 'urn:a'] }, PUSH],
    ['description', { description: 'a\nb'.repeat(1000) }, PUSH],
  ]
  for (const [code, change, delivery] of rows) {
    const error = await Promise.resolve()
      .then(() => streams.create(stream('one', delivery, change)))
      .catch((thrown) => thrown)
    t.equal(error.code, code, JSON.stringify({ ...delivery, ...change }).slice(0, 60))
    t.notMatch(error.message, 'secret')
  }
})

t.test('the header of a receiver needs a sealing, and opens for its own stream only', async (t) => {
  const bare = await opened(t)
  await t.rejects(bare.streams.create(stream('one', SECRET)), { code: 'no-sealing' })
  const swapped = { ...SEALING, seal: () => SEALING.seal('two\nBearer b') }
  const { streams } = await opened(t, { sealing: swapped })
  await t.rejects(streams.create(stream('one', SECRET)), /sealed header of another/)
})

t.test('subjects that a receiver has removed stay removed until it adds them', async (t) => {
  const { streams } = await opened(t)
  await streams.create(stream('one'))
  await streams.create(stream('two'))
  await streams.exclude('one', 'sub u_1')
  await streams.exclude('one', 'sub u_1')
  t.equal(await streams.excludes('one', ['sub u_1', 'email a@b']), true)
  t.equal(await streams.excludes('one', ['sub u_2', 'email a@b']), false)
  t.equal(await streams.excludes('two', ['sub u_1']), false)
  await streams.include('one', 'sub u_1')
  t.equal(await streams.excludes('one', ['sub u_1']), false)
  await streams.exclude('one', 'sub u_1')
  await streams.remove('one')
  await streams.create(stream('one'))
  t.equal(await streams.excludes('one', ['sub u_1']), false, 'they go with the stream')
})

t.test('who has signed in at a client is known to it, and to no other', async (t) => {
  const directory = await opened(t)
  const { streams, clients } = directory
  await streams.acquaint('client-one', 'u_1')
  await streams.acquaint('client-one', 'u_1')
  t.equal(await streams.isAcquainted('client-one', 'u_1'), true)
  t.equal(await streams.isAcquainted('client-two', 'u_1'), false)
  t.equal(await streams.isAcquainted('client-one', 'u_2'), false)
  await streams.acquaint('client-two', 'u_1')
  await clients.remove('client-two')
  t.equal(await streams.isAcquainted('client-two', 'u_1'), false, 'the client is gone')
  await streams.forget('u_1')
  t.equal(await streams.isAcquainted('client-one', 'u_1'), false)
})
