import { readdirSync, readFileSync } from 'node:fs'
import { newDeviceCode, newSessionId, StoreUnavailable, systemRandom } from '@latchkey/protocol'
import {
  connectRedisStore,
  type NewSession,
  type RedisStoreOptions,
  type Store,
} from '@latchkey/store'
import { startRedis } from '@latchkey/store/redis-server'
import t, { type Test } from 'tap'
import { encodeKeyPart, KEY_PATTERNS } from '../src/keys.ts'
import { packJson, unpackJson, unpackPhrases } from '../src/redis/phrases.ts'
import { assemble, SCRIPTS } from '../src/redis/script.ts'
import { textDigest } from '../src/text-digest.ts'
import {
  codeOf,
  FACTS,
  livingFamily,
  NOW,
  redemptionOf,
  sampleCode,
  sampleFamily,
  sampleSession,
  sampleVerifier,
} from './contract/samples.ts'
import { privateRedis } from './private-redis.ts'

const { server, admin, keys, connect } = await privateRedis(t)

async function startDevice(store: Store): Promise<void> {
  const { clientId, scope, audience } = sampleFamily(sampleSession(store))
  const record = { clientId, scope, audience, userCode: 'ABCD', expiresAt: NOW + 600 }
  await store.devices.start(newDeviceCode(systemRandom, 0), record, 5, NOW)
}

await t.test('keys', async (t) => {
  await t.test('SCHEMA.md describes exactly the keys of keys.ts', async (t) => {
    const schema = readFileSync(new URL('../SCHEMA.md', import.meta.url), 'utf8')
    const described = [...schema.matchAll(/^\| `([^`]+)` +\| (?:hash|string|stream|sorted set)/gm)]
    t.strictSame(described.map(([, key]) => key).sort(), Object.values(KEY_PATTERNS).slice().sort())
  })

  await t.test('a scan goes on only where one stopped', async (t) => {
    const { sessions } = await connect(t)
    for (const cursor of ['0', '1:0', '0:', '0:x', '0:0 ', '-1:0']) {
      await t.rejects(sessions.scan(cursor, 10, NOW), { code: 'session-cursor' }, cursor)
    }
  })

  await t.test('text from outside cannot leave its part of a key', async (t) => {
    const alphabet = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code)).join('')
    t.match(encodeKeyPart(alphabet), /^[A-Za-z0-9._~%-]+$/)
    t.equal(decodeURIComponent(encodeKeyPart(alphabet)), alphabet)
    t.equal(keys.claim('a:b', 'c'), 'lk:{p0}:o:a%3Ab:c')
    t.throws(() => encodeKeyPart('\ud800'), { code: 'key-text' })
  })

  await t.test('a script touches the keys that it declares, and no others', async (t) => {
    const folder = new URL('../lua/', import.meta.url)
    const files = readdirSync(folder).filter((file) => file.endsWith('.lua'))
    t.strictSame(files.map((file) => file.replace('.lua', '')).sort(), Object.keys(SCRIPTS).sort())
    for (const [name, count] of Object.entries(SCRIPTS)) {
      const body = readFileSync(new URL(`${name}.lua`, folder), 'utf8')
      const declared = /^-- KEYS: (.*)$/m.exec(body)?.[1]?.split(', ').length
      t.equal(declared, count, name)
      t.ok(body.trimEnd().split('\n').length <= 40, `${name} fits a screen`)
      for (const [call, key] of assemble(name).matchAll(/redis\.p?call\('[A-Z]+', ([^,)]+)/g)) {
        // XINFO has its key after the word STREAM; INFO has none.
        t.match(key, /^(KEYS\[\d\]|\w*key|'STREAM'|'server')$/, `${name}: ${call}`)
      }
    }
  })

  await t.test('a store writes only keys of its prefix and of this list', async (t) => {
    const store = await connect(t, { prefix: 'mine:' })
    const family = await livingFamily(store)
    await store.codes.save(codeOf(sampleSession(store)), sampleCode(sampleSession(store)), NOW)
    await store.oneTime.claim('jti', 'a', 60, NOW)
    await store.oneTime.put('ticket', 'a', '1', 60, NOW)
    await store.throttle.attempt('sign-in', 'a', { limit: 1, windowSeconds: 60 }, NOW)
    await startDevice(store)
    await store.presence.report('P', [sampleVerifier()], NOW)
    await store.documents.put('end', 'a', '{}', NOW + 60, NOW)
    await store.signals.add('a', { jti: 'a', claims: '{}', expiresAt: NOW + 60 }, 10, NOW)
    await store.statusLists.allocate(0, '{}', NOW + 60, 10, NOW)
    await store.log.end({ kind: 'client', clientId: 'orders' }, FACTS)
    const ended = { ...sampleSession(store), clients: ['orders'], userinfoClaims: {} }
    await store.outbox.add(ended, FACTS.entryExpiresAt, NOW)
    const written = (await admin.keys('*')).map((key) =>
      key
        .replace(family.sid, '<sid>')
        .replace(family.sub, '<sub>')
        .replace(/[\w-]{43}|(?<=:c:)[\w-]{22}/, '<digest>')
        .replace(/jti|ticket|sign-in/, '<purpose>')
        .replace(':end:', ':<kind>:'),
    )
    const expected = Object.values(KEY_PATTERNS).map((pattern) => `mine:{p0}:${pattern}`)
    t.strictSame(written.sort(), expected.sort())
  })

  await t.test('what may be forgotten has a time to live, and what may not has none', async (t) => {
    const store = await connect(t)
    const { sid, sub } = await livingFamily(store)
    const code = sampleSession(store)
    await store.codes.save(codeOf(code), sampleCode(code), NOW)
    const ttl = async (key: string) => await admin.ttl(key)
    t.equal(await ttl(keys.session(sid)), 1000 + 900)
    t.equal(await ttl(keys.user(sub)), 7 * 24 * 3600)
    const [codeKey = ''] = await admin.keys('lk:{p0}:c:*')
    t.equal(await ttl(codeKey), 60)
    await startDevice(store)
    await store.throttle.attempt('sign-in', 'a', { limit: 1, windowSeconds: 60 }, NOW)
    const ttlOf = async (start: string) => ttl(String((await admin.keys(`lk:{p0}:${start}:*`))[0]))
    t.strictSame([await ttlOf('d'), await ttlOf('w'), await ttlOf('t')], [600 + 3600, 600, 60])
    await store.oneTime.claim('jti', 'a', 60, NOW)
    t.equal(await ttlOf('o'), 60 + 10, 'longer, for processes whose clock is behind')
    t.equal(await ttl(keys.head), -1)
    await store.log.end({ kind: 'session', sid }, FACTS)
    t.equal(await admin.exists(keys.session(sid)), 0)
    t.equal(await ttl(keys.log), -1)
    for (const key of keys.outbox) t.equal(await ttl(key), 905 + 2 * 3600, key)
  })

  await t.test('secrets and their keys are not in Redis as they are', async (t) => {
    const store = await connect(t)
    const session = sampleSession(store)
    const code = codeOf(session)
    await store.codes.save(code, sampleCode(session), NOW)
    await store.oneTime.put('ticket', 'secret-ticket', '1', 60, NOW)
    const names = (await admin.keys('*')).join(' ')
    t.notMatch(names, code)
    t.notMatch(names, 'secret-ticket')
  })
})

await t.test('the start', async (t) => {
  const refused = (
    t: Test,
    change: Partial<RedisStoreOptions>,
    error: { code: string; received?: string },
  ) => t.rejects(connectRedisStore({ url: server.url, ...change }), error)

  await t.test('an eviction policy that could drop sessions is refused', async (t) => {
    t.teardown(() => admin.config('SET', 'maxmemory-policy', 'noeviction'))
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    await refused(t, {}, { code: 'redis-eviction', received: 'maxmemory-policy allkeys-lru' })
  })

  await t.test(
    'a URL or prefix that cannot work is refused, and no password is shown',
    async (t) => {
      for (const url of ['x', 'http://u:secret@h', 'redis://u:secret@h?commandTimeout=9']) {
        await t.rejects(connectRedisStore({ url }), { code: 'redis-url' }, url)
        await connectRedisStore({ url }).catch((error) => t.notMatch(error.message, 'secret'))
      }
      for (const prefix of ['', '{a}', 'a b', 'x'.repeat(65)]) {
        await refused(t, { prefix }, { code: 'redis-prefix' })
      }
    },
  )

  await t.test('a wrong password is refused at once', async (t) => {
    t.teardown(() => admin.acl('DELUSER', 'store'))
    await admin.acl('SETUSER', 'store', 'on', '>right', '~*', '&*', '+@all')
    const url = server.url.replace('//', '//store:wrong@')
    await refused(t, { url }, { code: 'redis-login' })
    await connect(t, { url: url.replace('wrong', 'right') })
  })

  await t.test('the rights that SCHEMA.md names are enough', async (t) => {
    const schema = readFileSync(new URL('../SCHEMA.md', import.meta.url), 'utf8')
    const rights = /Redis user: `([^`]+)`/.exec(schema)?.[1]?.split(' ') ?? []
    t.teardown(() => admin.acl('DELUSER', 'store'))
    await admin.acl('SETUSER', 'store', 'on', '>p', ...rights)
    const store = await connect(t, { url: server.url.replace('//', '//store:p@') })
    const heard = Promise.withResolvers<number>()
    store.log.watch(heard.resolve)
    const family = await livingFamily(store)
    await store.families.redeem(redemptionOf(family))
    await store.log.end({ kind: 'session', sid: family.sid }, FACTS)
    await store.log.trim(0, NOW)
    await store.oneTime.put('a', 'b', 'c', 60, NOW)
    t.equal(await store.oneTime.take('a', 'b', NOW), 'c')
    t.equal(await heard.promise, 0)
  })

  await t.test('nobody at the address is StoreUnavailable after the time given', async (t) => {
    const gone = await startRedis()
    await gone.stop()
    await t.rejects(
      connectRedisStore({ url: gone.url, connectTimeoutMs: 200 }),
      new StoreUnavailable('Redis'),
    )
  })

  await t.test('the number of partitions cannot change', async (t) => {
    await connect(t, { partitions: 2 })
    await connect(t, { partitions: 2 })
    for (const partitions of [3, 0, 1.5, 1025]) {
      await refused(t, { partitions }, { code: 'store-partitions' })
    }
  })

  await t.test('a Redis without append-only file is warned about', async (t) => {
    const said: string[] = []
    const log = { info: () => {}, warn: (_: object, text: string) => said.push(text) }
    await connect(t, { log })
    t.match(said, [/append-only/])
  })
})

await t.test('phrases', async (t) => {
  const browsers = [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:144.0) Gecko/20100101 Firefox/144.0',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
  ]

  await t.test('every value comes back as it was', async (t) => {
    const controls = Array.from({ length: 0x21 }, (_, code) => String.fromCharCode(code)).join('')
    const values = [
      ...browsers,
      `https://${controls}https://`,
      'https:/https://\\ \\u0001 "\\\\',
      '\ud800 ü 💡 \u007f\u2028',
      ['urn:latchkey:acr:password', ['pwd']],
      { claims: { 'https://a.example/openid': null }, openid: [' profile email'] },
      '',
    ]
    for (const value of values) t.strictSame(unpackJson(packJson(value)), value)
  })

  await t.test('the name of an ordinary browser takes less than half of its room', async (t) => {
    for (const browser of browsers) t.ok(packJson(browser).length < browser.length / 2, browser)
  })

  await t.test('a phrase keeps its place, because sessions outlive an upgrade', async (t) => {
    const codes = Array.from({ length: 24 }, (_, place) => String.fromCharCode(place + 1))
    const phrases = codes.map((code) => unpackPhrases(code))
    t.equal(
      textDigest(phrases.join('\n')),
      'TrxR4TkRNwaDlJT8n2Up1oWWeqCiZm6UtamjWOZoyU0',
      'new phrases go to the end',
    )
  })
})

await t.test('costs', async (t) => {
  /** Commands that the store has sent, not counting those inside scripts. */
  async function roundTrips(work: () => Promise<unknown>): Promise<number> {
    const count = async () => {
      const calls = (await admin.info('commandstats')).matchAll(/cmdstat_(\w+):calls=(\d+)/g)
      const sent = [...calls].filter(([, name]) => /^(eval|evalsha)$/.test(`${name}`))
      return sent.reduce((sum, [, , calls]) => sum + Number(calls), 0)
    }
    const before = await count()
    await work()
    return (await count()) - before
  }

  await t.test('round trips and bytes stay what they are', async (t) => {
    const store = await connect(t)
    const session = sampleSession(store)
    const family = sampleFamily(session)
    const code = codeOf(session)
    const signIn = await roundTrips(async () => {
      const { position } = await store.log.head(0)
      await store.sessions.create({ ...session, rev: position }, NOW)
      await store.codes.save(code, sampleCode(session), NOW)
      await store.codes.redeem(code, 'orders', NOW)
      await store.families.create(family, position, NOW)
    })
    t.equal(signIn, 5, 'a sign-in with code and refresh token takes five round trips')
    const bytesOf = async (key: string) => Number(await admin.memory('USAGE', key, 'SAMPLES', 0))
    const bytes = async () =>
      (await bytesOf(keys.session(session.sid))) + (await bytesOf(keys.user(session.sub)))
    const before = await bytes()
    const refresh = await roundTrips(() => store.families.redeem(redemptionOf(family)))
    t.equal(refresh, 1, 'a refresh takes one round trip')
    t.equal(await bytes(), before, 'a refresh leaves nothing behind')
    t.equal(session.userAgent.length, 117)
    t.ok(before <= 500, `a sign-in leaves ${before} bytes behind when its code is forgotten`)

    for (let n = 0; n < 300; n++) {
      await store.sessions.create(sampleSession(store, { sub: session.sub }), NOW)
    }
    const list = await bytesOf(keys.user(session.sub))
    t.ok(list <= 300 * 45, `300 more sessions of a user make the list ${list} bytes long`)

    const [spent = ''] = await admin.keys('lk:{p0}:c:*')
    const marker = await bytesOf(spent)
    t.ok(marker <= 136, `a spent code takes ${marker} bytes for an hour`)

    const own = await bytesOf(keys.session(session.sid))
    const other = keys.session(newSessionId(systemRandom, 0))
    await admin.hset(other, plainFields(session))
    const plain = await bytesOf(other)
    t.ok(own <= 0.65 * plain, `${own} with a family; as a hash of eight fields, without: ${plain}`)
  })

  /** A session in the way that would come first to mind. */
  function plainFields(session: NewSession): Record<string, string> {
    const { sub, handleHash, acr, userAgent } = session
    const times = [session.authTime, session.createdAt, session.absoluteExpiresAt].map(String)
    const [authTime = '', createdAt = '', expiresAt = ''] = times
    const amr = session.amr.join(' ')
    return { sub, handleHash, authTime, acr, amr, createdAt, expiresAt, userAgent }
  }
})

admin.disconnect()
await server.stop()
