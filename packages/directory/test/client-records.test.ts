import { createHash } from 'node:crypto'
import type { Test } from 'tap'
import t from 'tap'
import {
  applyDeclared,
  type Client,
  type ClientSecret,
  type ClientSecrets,
  type NewClient,
  type Sealing,
} from '../src/index.ts'
import { chosenEngine } from './fixtures/chosen-engine.ts'
import {
  client,
  memoryDirectory,
  ORDERS,
  oneOf,
  REPORTS,
  service,
  sharedDirectories,
  tablesWith,
  testClock,
} from './fixtures/open-directory.ts'

const SECRET = 'a-client-secret-of-32-characters'
const NOW = 1_700_000_000

/** Not secret at all, and never the same twice, as real ones are. */
function countingSeal(): Sealing {
  let count = 0
  return {
    seal: (text) => `${++count}.${Buffer.from(text).toString('base64url')}`,
    open: (sealed) => Buffer.from(sealed.split('.')[1] ?? '', 'base64url').toString(),
  }
}

/** The secret itself, as far as it is known. */
function newest(of: Client, secrets: ClientSecrets): string | undefined {
  const [secret] = secrets.live(of)
  return secret && secrets.open(of, secret)
}

const HS256: Partial<NewClient> = { authMethod: 'client_secret_basic', idTokenAlg: 'HS256' }

t.test('Core section 10.1: a secret that must be read again is kept sealed', async (t) => {
  const { clients, clientSecrets } = await memoryDirectory(t, { sealing: countingSeal() })
  t.ok(clients.sealsSecrets)
  const rows = [
    { authMethod: 'client_secret_basic' },
    { authMethod: 'client_secret_post', idTokenAlg: 'HS256' },
    { authMethod: 'client_secret_post', userinfoAlg: 'HS256' },
  ] as const
  for (const [index, row] of rows.entries()) {
    const members = { ...row, secret: SECRET }
    const member = `row-${index}`
    const saved = await clients.save(client(member, members))
    t.equal(newest(saved, clientSecrets), SECRET)
    t.notMatch(JSON.stringify(saved), SECRET)
    t.ok(clientSecrets.match(saved, SECRET))
  }
})

t.test(
  'a sealed secret stays and changes with the digest of the secret, and goes with the method',
  async (t) => {
    const { clients, clientSecrets } = await memoryDirectory(t, { sealing: countingSeal() })
    const first = await clients.save(client('a', { ...HS256, secret: SECRET }))
    const same = await clients.save(client('a', HS256))
    t.strictSame(same.secrets, first.secrets)
    const [{ hash: secretHash }] = first.secrets as [ClientSecret]
    t.strictSame((await clients.save(client('a', { ...HS256, secretHash }))).secrets, first.secrets)

    const changed = await clients.save(client('a', { ...HS256, secret: `${SECRET}2` }))
    t.equal(newest(changed, clientSecrets), `${SECRET}2`)
    const digest = { code: 'client-secret', where: 'secret' }
    await t.rejects(clients.save(client('a', { ...HS256, secretHash })), digest, 'the old digest')

    const ES256 = { ...HS256, idTokenAlg: 'ES256' } as const
    t.ok((await clients.save(client('a', ES256))).secrets[0]?.sealed)
    const hashed = await clients.save(client('a', { ...ES256, secretHash }))
    t.notOk(hashed.secrets[0]?.sealed, 'of another secret the digest alone is known')
    t.equal(newest(hashed, clientSecrets), undefined)
    await t.rejects(clients.save(client('a', HS256)), digest, 'the digest alone cannot sign')
    await clients.save(client('a', { ...ES256, secret: SECRET }))
    t.strictSame((await clients.save(client('a'))).secrets, [])
  },
)

t.test('the sealed secret of one client is not the secret of another', async (t) => {
  const { clients, clientSecrets } = await memoryDirectory(t, { sealing: countingSeal() })
  const { secrets } = await clients.save(client('victim', { ...HS256, secret: SECRET }))
  t.throws(() => clientSecrets.open({ id: 'thief' }, secrets[0] as ClientSecret), {
    code: 'client-secret',
  })
})

t.test('a declared secret is sealed once', async (t) => {
  const directory = await memoryDirectory(t, { sealing: countingSeal() })
  const { clients, clientSecrets } = directory
  const declared = {
    clients: [{ id: 'a', secret: SECRET, redirectUris: ['https://a.example'] }],
  } as const
  t.strictSame((await applyDeclared(directory, declared, { now: NOW })).created, ['client a'])
  const before = await clients.find('a')
  t.equal(before && newest(before, clientSecrets), SECRET)
  t.strictSame((await applyDeclared(directory, declared, { now: NOW })).unchanged, ['client a'])
  t.strictSame(await clients.find('a'), before)

  await t.test('also one of which only the digest is stored', async (t) => {
    const secretHash = before?.secrets[0]?.hash ?? ''
    const { secret: _, ...members } = declared.clients[0]
    await clients.save({ ...members, secretHash: `sha256:${'A'.repeat(43)}` })
    const hashed = await clients.save({ ...members, secretHash })
    t.equal(newest(hashed, clientSecrets), undefined)
    t.strictSame((await applyDeclared(directory, declared, { now: NOW })).updated, ['client a'])
    const after = await clients.find('a')
    t.equal(after && newest(after, clientSecrets), SECRET)
  })
})

async function withEverything(t: Test) {
  const clock = testClock(NOW * 1000)
  const directory = await memoryDirectory(t, { clock })
  for (const audience of [ORDERS, REPORTS]) await directory.services.save(service(audience))
  const { sub } = await directory.users.create({ username: 'ada' })
  const grants = [{ audience: ORDERS, grant: 'GET /orders' }]
  await directory.clients.save(client('app', { services: [ORDERS], grants }))
  return { ...directory, clock, sub }
}

const CONSENT = { granted: ['openid', 'email'], declined: ['phone'], audiences: [ORDERS] }

t.test(
  'a removed client is gone with all that hangs on it, and its id is never given again',
  async (t) => {
    const { clients, services, consents, sub } = await withEverything(t)
    await services.save(service(REPORTS, { clients: ['app'] }))
    await consents.save({ sub, clientId: 'app', ...CONSENT })
    t.equal(await clients.remove('app'), true)
    t.equal(await clients.remove('app'), false)
    t.equal(await clients.remove('nobody'), false)
    t.equal(await clients.find('app'), undefined)
    t.strictSame(await clients.rightsAt('app', ORDERS), { routes: [] })
    t.strictSame((await services.find(REPORTS))?.clients, [])
    t.strictSame(await consents.list(sub), [])
    await t.rejects(clients.save(client('app')), { code: 'client-removed', where: 'id' })
    t.strictSame(await clients.list(), [])
  },
)

t.test('a consent is found as it was saved, and keeps the time of the first', async (t) => {
  const { clients, consents, sub, clock } = await withEverything(t)
  t.equal(await consents.find(sub, 'app'), undefined)
  const first = await consents.save({ sub, clientId: 'app', ...CONSENT })
  t.strictSame(first, { sub, clientId: 'app', ...CONSENT, grantedAt: NOW, updatedAt: NOW })
  t.strictSame(await consents.find(sub, 'app'), first)

  clock.advance(5000)
  const less = { granted: ['openid'], declined: [], audiences: [] }
  const second = await consents.save({ sub, clientId: 'app', ...less })
  t.strictSame(second, { sub, clientId: 'app', ...less, grantedAt: NOW, updatedAt: NOW + 5 })
  t.strictSame(await consents.find(sub, 'app'), second)

  await clients.save(client('other'))
  const inPart = { ...CONSENT, routes: { [ORDERS]: ['GET /orders'] } }
  t.match(await consents.save({ sub, clientId: 'other', ...inPart }), inPart)
  t.match(await consents.find(sub, 'other'), inPart)
  const listed = (await consents.list(sub)).map(({ clientId }) => clientId)
  t.strictSame(listed, ['other', 'app'], 'newest first')
  t.strictSame(await consents.list('u_nobody'), [])

  t.equal(await consents.remove(sub, 'app'), true)
  t.equal(await consents.remove(sub, 'app'), false)
  t.equal(await consents.find(sub, 'app'), undefined)
})

t.test('of a deleted user no table keeps a trace, but for the id and the audit log', async (t) => {
  const directory = oneOf(await sharedDirectories(t, 1), 0)
  const { users, services, roles, clients, consents, audit } = directory
  await services.save(service(ORDERS))
  const grants = [{ audience: ORDERS, grant: 'GET /orders' }]
  await roles.save({ name: 'reader', description: '', grants })
  await clients.save(client('app'))
  const { sub } = await users.create({
    ...{ username: 'ada', email: 'ada@example.org', password: 'a-long-password' },
    ...{ roles: ['reader'], grants, profile: { given_name: 'Ada' } },
  })
  await users.setOneTimeCodeSecret(sub, 'wrapped')
  await consents.save({ sub, clientId: 'app', granted: ['email'], declined: [], audiences: [] })
  const facts = { at: 1, actor: { sub: 'issuer' }, reason: 'admin', detail: {} }
  await audit.append({ ...facts, action: 'user.create', target: `user ${sub}` })

  const traces = () => tablesWith(t, sub)
  // SQLite numbers users for its full-text index.
  const searched = chosenEngine() === 'sqlite' ? ['user_search'] : []
  const about = ['consents', 'grants', 'user_looks', 'user_roles', 'users', ...searched]
  t.strictSame(await traces(), ['audit', 'user_ids', ...about].sort())
  await users.delete(sub)
  t.strictSame(await traces(), ['audit', 'user_ids'])
})

t.test('what a consent may not be', async (t) => {
  const { consents, sub } = await withEverything(t)
  const many = Array.from({ length: 65 }, (_, index) => `s${index}`)
  const cases: [rule: string, consent: Partial<typeof CONSENT> & object, code: string][] = [
    ['an unknown person', { sub: 'u_1' } as object, 'unknown-user'],
    ['an unknown client', { clientId: 'nobody' } as object, 'unknown-client'],
    ['two words in one', { granted: ['openid email'] }, 'scope-word'],
    ['an empty word', { declined: [''] }, 'scope-word'],
    ['a quote', { granted: ['a"b'] }, 'scope-word'],
    ['a word twice', { granted: ['a', 'a'], declined: [] }, 'duplicate'],
    ['a word on both sides', { granted: ['a'], declined: ['a'] }, 'duplicate'],
    ['65 words', { granted: many, declined: [] }, 'too-many'],
    ['an audience twice', { audiences: [ORDERS, ORDERS] }, 'duplicate'],
    ['an audience that is none', { audiences: ['orders'] }, 'audience'],
    ['routes elsewhere', { routes: { [REPORTS]: ['GET /'] } } as object, 'unknown-audience'],
    ['a route twice', { routes: { [ORDERS]: ['GET /', 'GET /'] } } as object, 'duplicate'],
    ['a route that is none', { routes: { [ORDERS]: ['/'] } } as object, 'grant-method'],
  ]
  for (const [rule, consent, code] of cases) {
    const saving = consents.save({ sub, clientId: 'app', ...CONSENT, ...consent })
    await t.rejects(saving, { name: 'InputError', code }, rule)
  }
  const last = { granted: many.slice(1), declined: [] }
  await t.resolves(consents.save({ sub, clientId: 'app', ...CONSENT, ...last }))
})

const hash = (text: string) => createHash('sha256').update(text).digest('base64url')
const TOKEN = { tokenHash: hash('a'), note: 'for the team', expiresAt: NOW + 60, usesLeft: 3 }

t.test(
  'RFC 7591 section 3: an initial access token is good until it expires or is used up',
  async (t) => {
    const { registrationTokens: tokens, clock } = await withEverything(t)
    await tokens.create(TOKEN)
    await tokens.create({ ...TOKEN, tokenHash: hash('b'), usesLeft: 1 })
    t.strictSame((await tokens.list()).length, 2)
    t.equal(await tokens.use(hash('b')), true)
    t.equal(await tokens.use(hash('b')), false, 'used up')
    t.equal(await tokens.use(hash('nobody')), false)
    clock.advance(59_000)
    t.equal(await tokens.use(TOKEN.tokenHash), true)
    clock.advance(1000)
    t.equal(await tokens.use(TOKEN.tokenHash), false, 'expired')
    t.equal(await tokens.remove(hash('b')), true)
    t.equal(await tokens.remove(hash('b')), false)
    t.strictSame(await tokens.list(), [{ ...TOKEN, usesLeft: 2, createdAt: NOW }])
  },
)

t.test(
  'attack D19: of 50 registrations at once, a token with three uses pays for three',
  async (t) => {
    const directories = await sharedDirectories(t, 5)
    await oneOf(directories, 0).registrationTokens.create({ ...TOKEN, expiresAt: NOW + 1000 })
    const uses = Array.from({ length: 50 }, (_, index) =>
      oneOf(directories, index).registrationTokens.use(TOKEN.tokenHash),
    )
    const took = (await Promise.all(uses)).filter((used) => used)
    t.equal(took.length, 3)
    t.equal((await oneOf(directories, 1).registrationTokens.list())[0]?.usesLeft, 0)
  },
)

t.test('what a registration token may not be', async (t) => {
  const { registrationTokens: tokens } = await withEverything(t)
  await tokens.create(TOKEN)
  const cases: [rule: string, members: Partial<typeof TOKEN>, code: string][] = [
    ['one that is there', {}, 'registration-token-taken'],
    ['the token itself', { tokenHash: 'sesame' }, 'digest'],
    ['a note on two lines', { tokenHash: hash('b'), note: 'a\nb' }, 'note'],
    ['no use', { tokenHash: hash('b'), usesLeft: 0 }, 'number'],
    ['too many uses', { tokenHash: hash('b'), usesLeft: 1_000_001 }, 'number'],
    ['no end', { tokenHash: hash('b'), expiresAt: Number.POSITIVE_INFINITY }, 'number'],
  ]
  for (const [rule, members, code] of cases) {
    const error = await tokens.create({ ...TOKEN, ...members }).catch((e) => e)
    t.equal(error.code, code, rule)
    t.notMatch(error.message, /sesame/)
  }
  t.equal((await tokens.list()).length, 1)
})
