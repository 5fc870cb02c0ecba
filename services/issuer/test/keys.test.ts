import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { openSqliteDirectory, type StoredKey } from '@latchkey/directory'
import { systemClock, systemRandom } from '@latchkey/protocol'
import { deriveKey } from '@latchkey/tokens'
import t from 'tap'
import { clientSecretSealing } from '../src/keys/client-secret-sealing.ts'
import { unwrapKey, wrapKey } from '../src/keys/key-wrapping.ts'
import { serviceKeys } from '../src/keys/service-keys.ts'
import { KEY_PAIR_ALGS, loadSigningKeys } from '../src/keys/signing-keys.ts'
import { createLogger } from '../src/logging.ts'

const ISSUER = 'https://sso.example'
const MASTER = Buffer.alloc(32, 1)
const wrappingKey = deriveKey(MASTER, 'latchkey/key-wrapping/v1')
const WRONG = {
  code: 'master-key-wrong',
  message: /expected the master key that this directory was created with \(LATCHKEY_MASTER_KEY\)/,
}

t.test('NIST SP 800-38D: private keys rest wrapped', async (t) => {
  const plain = Buffer.from('a private key')
  const wrapped = wrapKey(plain, 'kid-1', wrappingKey, systemRandom)
  const bytes = Buffer.from(wrapped, 'base64url')
  const changed = (at: number) => {
    const copy = Buffer.from(bytes)
    copy[at] = (copy[at] ?? 0) ^ 1
    return copy.toString('base64url')
  }

  t.test('and come back as they were, each time wrapped differently', async (t) => {
    t.strictSame(unwrapKey(wrapped, 'kid-1', wrappingKey), plain)
    t.not(wrapKey(plain, 'kid-1', wrappingKey, systemRandom), wrapped)
  })
  const other = deriveKey(Buffer.alloc(32, 2), 'latchkey/key-wrapping/v1')
  const refused: [string, string, string, typeof wrappingKey][] = [
    ['under another master key', wrapped, 'kid-1', other],
    ['moved to the row of another key', wrapped, 'kid-2', wrappingKey],
    ['with a changed nonce', changed(0), 'kid-1', wrappingKey],
    ['with a changed tag', changed(12), 'kid-1', wrappingKey],
    ['with a changed key', changed(28), 'kid-1', wrappingKey],
    ['with a tag of four bytes', bytes.subarray(0, 16).toString('base64url'), 'kid-1', wrappingKey],
    ['cut off', bytes.subarray(0, 20).toString('base64url'), 'kid-1', wrappingKey],
    ['empty', '', 'kid-1', wrappingKey],
  ]
  for (const [name, text, kid, key] of refused) {
    t.test(`${name} it opens nothing, and the message says what to do`, async (t) => {
      t.throws(() => unwrapKey(text, kid, key), WRONG)
    })
  }
})

t.test(
  'secrets of clients rest sealed, each time differently, under a key of their own',
  async (t) => {
    const { seal, open } = clientSecretSealing(MASTER, systemRandom)
    const sealed = seal('a client secret, with ü')
    t.equal(open(sealed), 'a client secret, with ü')
    t.not(seal('a client secret, with ü'), sealed)
    t.notMatch(Buffer.from(sealed, 'base64url').toString('latin1'), 'secret')
    const other = clientSecretSealing(Buffer.alloc(32, 2), systemRandom)
    const keyPair = wrapKey(Buffer.from('x'), 'client-secret', wrappingKey, systemRandom)
    t.throws(() => other.open(sealed), WRONG, 'another master key')
    t.throws(() => open(keyPair), WRONG, 'what another key of ours has wrapped')
  },
)

t.test('the key ring', async (t) => {
  const directory = await openSqliteDirectory({
    file: ':memory:',
    clock: systemClock,
    random: systemRandom,
  })
  t.teardown(() => directory.close())
  const deps = {
    issuer: ISSUER,
    wrappingKey,
    hintSeconds: 3600,
    clock: systemClock,
    random: systemRandom,
  }
  const load = (stored = directory.keys) => loadSigningKeys({ ...deps, stored })
  const ring = await load()

  t.test('is made once, and is the same after a restart', async (t) => {
    const again = await load()
    t.strictSame(again.publicKeys(), ring.publicKeys())
    t.strictSame([...again.hintKeys().keys()], [...ring.hintKeys().keys()])
  })
  t.test('of two processes that start at once, both end up with the same keys', async (t) => {
    const fresh = await openSqliteDirectory({
      file: ':memory:',
      clock: systemClock,
      random: systemRandom,
    })
    t.teardown(() => fresh.close())
    const [one, two] = await Promise.all([load(fresh.keys), load(fresh.keys)])
    t.strictSame(one.publicKeys(), two.publicKeys())
    t.equal(one.publicKeys().keys.length, KEY_PAIR_ALGS.length)
  })
  t.test(
    'of an older installation gets the pair that is missing, and keeps the others',
    async (t) => {
      const older = (await directory.keys.list()).filter(({ alg }) => alg !== 'PS256')
      const keys: StoredKey[] = [...older]
      const stored = {
        ...directory.keys,
        list: async () => keys,
        addFirst: async (key: StoredKey) => keys.push(key) > 0,
      }
      const now = await load(stored)
      t.strictSame(
        keys.map(({ alg }) => alg).sort(),
        [...KEY_PAIR_ALGS].sort(),
        'one of each, and no second one',
      )
      for (const { alg, kid } of older) t.equal(now.activeKey(alg).kid, kid)
    },
  )
  t.test('RFC 7517 section 4: each public key says what it is, and nothing private', async (t) => {
    const { keys } = ring.publicKeys()
    t.strictSame(keys.map(({ alg }) => alg).sort(), [...KEY_PAIR_ALGS].sort())
    t.equal(new Set(keys.map(({ kid }) => kid)).size, keys.length)
    t.equal(new Set(keys.map(({ n, x }) => n ?? x)).size, keys.length, 'no key has two algorithms')
    for (const key of keys) {
      t.equal(key['use'], 'sig')
      t.match(key['kty'], /^(RSA|EC|OKP)$/)
      const secret = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'].filter((name) => name in key)
      t.strictSame(secret, [])
      if (key['kty'] === 'RSA') t.ok(Buffer.from(String(key['n']), 'base64url').length >= 256)
    }
  })
  t.test('does not open with another master key', async (t) => {
    const other = deriveKey(Buffer.alloc(32, 2), 'latchkey/key-wrapping/v1')
    await t.rejects(loadSigningKeys({ ...deps, wrappingKey: other, stored: directory.keys }), WRONG)
  })
  t.test('publishes its own public keys, whatever was written to SQL beside them', async (t) => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const planted = async (): Promise<StoredKey[]> =>
      (await directory.keys.list()).map((key) =>
        key.alg === 'ES256'
          ? { ...key, publicJwk: { ...publicKey.export({ format: 'jwk' }), kid: key.kid } }
          : key,
      )
    const tampered = await load({ ...directory.keys, list: planted })
    t.strictSame(tampered.publicKeys(), ring.publicKeys())
    const { kid, signingKey } = tampered.activeKey('ES256')
    const verifying = tampered.hintKeys().get(kid)?.key
    t.ok(
      verifying?.equals(
        createPublicKey(
          createPrivateKey(signingKey.export({ format: 'pem', type: 'pkcs8' }) as string),
        ),
      ),
    )
  })
  t.test('attack H7: no log line has a key in it, however it got there', async (t) => {
    const lines: string[] = []
    const log = createLogger('info', { write: (line: string) => lines.push(line) })
    const services = serviceKeys({ issuer: ISSUER, master: MASTER, ring })
    const service = {
      audience: 'https://a.example',
      name: 'A',
      alg: 'HS256',
      keyGeneration: 1,
      keys: [{ generation: 1, state: 'active', since: 0 }],
      clients: [],
      accessTokenSeconds: 300,
      statusList: false,
      disabled: false,
      catalogue: { length: 0, hash: '' },
    } as const
    const record = services.signingKey(service)
    const [feedKey] = services.feedKeys(service)
    log.info({ record, ring: ring.activeKey('RS256'), keys: services.feedKeys(service) }, 'oops')
    log.error({ err: Object.assign(new Error('oops'), { record, wrappingKey }) }, 'oops')
    const secrets = [
      String(feedKey?.k),
      record.key.export().toString('hex'),
      MASTER.toString('base64url'),
      String(ring.activeKey('RS256').signingKey.export({ format: 'jwk' }).d),
    ]
    t.equal(lines.length, 2)
    for (const secret of secrets) t.notMatch(lines.join(''), secret)
  })
})
