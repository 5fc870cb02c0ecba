import { feedKeyOf, InputError, isFeedProof, parseFeedAuthorization } from '@latchkey/protocol'
import t from 'tap'
import { backoff } from '../src/backoff.ts'
import { checkCatalogue } from '../src/catalogue-check.ts'
import { feedSettings } from '../src/feed-settings.ts'

const SECRET = 'hunter2:%&+ ü'

const settingsFor = (issuerAddress: string, change: Record<string, unknown> = {}) =>
  feedSettings({
    issuerAddress,
    service: 'orders',
    credentials: { clientId: 'web app', clientSecret: SECRET },
    ...change,
  })

/** The InputError that an action throws; fails when it throws something else, or nothing. */
function refusal(action: () => unknown): InputError {
  try {
    action()
  } catch (error) {
    if (error instanceof InputError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

t.test('the feed is /feed below the issuer, by TLS wherever the issuer has it', async (t) => {
  const rows: [string, string, boolean][] = [
    ['https://sso.example.com', 'wss://sso.example.com/feed', false],
    ['https://sso.example.com/', 'wss://sso.example.com/feed', false],
    ['https://sso.example.com:8443/id/', 'wss://sso.example.com:8443/id/feed', false],
    ['http://127.0.0.1:4000', 'ws://127.0.0.1:4000/feed', true],
    ['http://127.9.9.9', 'ws://127.9.9.9/feed', true],
    ['http://[::1]:4000', 'ws://[::1]:4000/feed', true],
    ['http://localhost:4000', 'ws://localhost:4000/feed', true],
    ['http://sso.localhost:4000', 'ws://sso.localhost:4000/feed', true],
    ['https://localhost:4000', 'wss://localhost:4000/feed', true],
  ]
  for (const [address, url, loopback] of rows) {
    t.match(settingsFor(address), { url, loopback }, address)
  }
})

t.test('plain http outside loopback is refused when the feed is built (attack K19)', async (t) => {
  const rows = [
    'http://sso.example.com',
    'http://10.0.0.1:4000',
    'http://localhost.example.com',
    'http://notlocalhost',
    'http://128.0.0.1',
    'http://127.0.0.1.example.com',
    'http://[::2]',
  ]
  for (const address of rows) {
    t.equal(refusal(() => settingsFor(address)).code, 'issuer-address-insecure', address)
  }
})

t.test('an address that is no plain https URL is refused without repeating it', async (t) => {
  const rows = [
    '',
    'sso.example.com',
    'ws://127.0.0.1/',
    'ftp://127.0.0.1/',
    'javascript:alert(1)',
    `https://web:${encodeURIComponent(SECRET)}@sso.example.com`,
    'https://web@sso.example.com',
    'https://sso.example.com/?secret=hunter2',
    'https://sso.example.com/#hunter2',
  ]
  for (const address of rows) {
    const { code, message } = refusal(() => settingsFor(address))
    t.equal(code, 'issuer-address', address)
    t.notMatch(message, /hunter2/)
  }
})

t.test('names and credentials must not be empty, and the message holds no secret', async (t) => {
  const rows: [string, Record<string, unknown>][] = [
    ['service', { service: '' }],
    ['service', { service: undefined }],
    ['credentials.clientId', { credentials: { clientId: '', clientSecret: SECRET } }],
    ['credentials.clientSecret', { credentials: { clientId: 'web', clientSecret: '' } }],
    ['credentials.clientSecret', { credentials: { clientId: 'web', clientSecret: null } }],
  ]
  for (const [where, change] of rows) {
    const error = refusal(() => settingsFor('https://sso.example.com', change))
    t.match(error, { code: 'feed-option', where })
    t.notMatch(error.message, /hunter2/)
  }
})

t.test(
  'each request has a proof of its own, for its channel and its body, without the secret',
  async (t) => {
    const { handshake } = settingsFor('https://sso.example.com')
    const key = feedKeyOf('web app', SECRET)
    const rows: [string, string | undefined][] = [
      ['latchkey.feed.v1', undefined],
      ['latchkey.feed.v1', undefined],
      ['latchkey.feed.v1.poll', '[]'],
    ]
    const nonces = rows.map(([channel, body]) => {
      const { authorization } = handshake(channel, body)
      t.notMatch(authorization, /hunter2/)
      const opening = parseFeedAuthorization(authorization)
      if (!opening) throw new Error(authorization)
      t.ok(isFeedProof(key, opening, { channel, ...(body === undefined ? {} : { body }) }))
      return opening.nonce
    })
    t.equal(new Set(nonces).size, 3)
    t.equal(handshake('latchkey.feed.v1').session({}), undefined, 'an answer without a nonce')
  },
)

t.test('frames are text unless the option says otherwise', async (t) => {
  const settings = (change: Record<string, unknown>) =>
    settingsFor('https://sso.example.com', change)
  t.equal(settings({}).encoding, 'text')
  t.equal(settings({ encoding: 'binary' }).encoding, 'binary')
  for (const encoding of ['json', '', 7, null, 'toString']) {
    t.match(
      refusal(() => settings({ encoding })),
      { code: 'feed-option', where: 'encoding' },
    )
  }
})

t.test('waiting times are drawn from windows of 50 ms that double up to 5 s', async (t) => {
  const windows = [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000]
  const latest = backoff({ bytes: (count) => Buffer.alloc(count, 0xff) })
  for (const window of windows) t.equal(Math.round(latest.nextMs()), window)
  const soonest = backoff({ bytes: (count) => Buffer.alloc(count) })
  for (const _ of windows) t.equal(soonest.nextMs(), 0)
  latest.reset()
  t.equal(Math.round(latest.nextMs()), 50, 'after a success it begins anew')
  t.equal(soonest.refusedMs(), 5000)
  t.equal(Math.round(latest.refusedMs()), 6000)
})

t.test('a catalogue that the issuer would refuse fails where it is made', async (t) => {
  const routes = (count: number, chars: number) =>
    Array.from({ length: count }, () => ({ method: 'GET', pattern: '/'.padEnd(chars, 'x') }))
  t.doesNotThrow(() => checkCatalogue(routes(4096, 64)))
  t.doesNotThrow(() => checkCatalogue(routes(1, 512)))
  t.equal(refusal(() => checkCatalogue(routes(4097, 1))).code, 'catalogue-too-long')
  t.equal(refusal(() => checkCatalogue(routes(1, 513))).code, 'route-too-long')
  t.equal(refusal(() => checkCatalogue(routes(1500, 400))).code, 'catalogue-too-large')
})
