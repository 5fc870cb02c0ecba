import t from 'tap'
import {
  applyDeclared,
  type Client,
  type ClientSecret,
  type Directory,
  hashClientSecret,
} from '../src/index.ts'
import {
  client,
  memoryDirectory,
  oneOf,
  race,
  sharedDirectories,
  testClock,
} from './fixtures/open-directory.ts'

const NOW = 1_700_000_000
const DAY = 86_400
const secretNo = (number: number) => `secret-number-${number}-`.padEnd(32, '.')
const CONFIDENTIAL = { authMethod: 'client_secret_basic', secret: secretNo(1) } as const

async function withClient(t: Parameters<typeof memoryDirectory>[0]) {
  const clock = testClock(NOW * 1000)
  const directory = await memoryDirectory(t, { clock })
  const first = await directory.clients.save(client('app', CONFIDENTIAL))
  return { ...directory, clock, first: first.secrets[0] as ClientSecret }
}

async function found({ clients }: Pick<Directory, 'clients'>): Promise<Client> {
  return (await clients.find('app')) as Client
}

/** Numbers of the secrets that open the client now, newest first. */
async function good(directory: Pick<Directory, 'clients' | 'clientSecrets'>): Promise<number[]> {
  const app = await found(directory)
  return directory.clientSecrets.live(app).map(({ id }) => id)
}

t.test('a second secret is good beside the first, and each tells which it is', async (t) => {
  const directory = await withClient(t)
  const { clientSecrets, first } = directory
  const second = await clientSecrets.add('app', secretNo(2))
  t.strictSame(second, { id: 2, hash: hashClientSecret(secretNo(2)), createdAt: NOW })
  const app = await found(directory)
  t.strictSame(app.secrets, [second, first], 'newest first')
  t.equal(clientSecrets.match(app, secretNo(1))?.id, first.id)
  t.equal(clientSecrets.match(app, secretNo(2))?.id, second.id)
  t.equal(clientSecrets.match(app, secretNo(3)), undefined)
  t.strictSame(
    (await directory.clients.save(client('app', { authMethod: 'client_secret_post' }))).secrets,
    [second, first],
    'saving the client leaves both',
  )
})

t.test('a secret is ended at once or at a date, to the second', async (t) => {
  const directory = await withClient(t)
  const { clientSecrets, clock } = directory
  await clientSecrets.add('app', secretNo(2))
  await clientSecrets.end('app', 1, NOW + 60)
  clock.advance(59_999)
  t.strictSame(await good(directory), [2, 1])
  clock.advance(1)
  t.strictSame(await good(directory), [2])
  t.equal(clientSecrets.match(await found(directory), secretNo(1)), undefined)

  const third = await clientSecrets.add('app', secretNo(3))
  t.equal(third.id, 3, 'one that has expired takes no place')
  await clientSecrets.end('app', 2, NOW)
  t.strictSame(await good(directory), [3])
  t.strictSame(
    (await found(directory)).secrets.map(({ id }) => id),
    [3],
    'and nothing stays of it',
  )
  t.equal((await clientSecrets.add('app', secretNo(1))).id, 4, 'numbers are not given again')
})

t.test('what cannot be done to a secret', async (t) => {
  const { clients, clientSecrets } = await withClient(t)
  await clients.save(client('public'))
  const refusals: [string, () => Promise<unknown>, string][] = [
    ['ending the only one', () => clientSecrets.end('app', 1, NOW), 'client-secret-last'],
    ['dating the only one', () => clientSecrets.end('app', 1, NOW + 60), 'client-secret-last'],
    ['ending none', () => clientSecrets.end('app', 7, NOW), 'unknown-secret'],
    ['of nobody', () => clientSecrets.end('nobody', 1, NOW), 'unknown-client'],
    ['for nobody', () => clientSecrets.add('nobody', secretNo(2)), 'unknown-client'],
    ['for a public client', () => clientSecrets.add('public', secretNo(2)), 'client-secret'],
    ['the same again', () => clientSecrets.add('app', secretNo(1)), 'client-secret'],
    ['a short one', () => clientSecrets.add('app', 'x'.repeat(31)), 'client-secret'],
    ['a date that is none', () => clientSecrets.end('app', 1, Number.NaN), 'number'],
  ]
  for (const [rule, attempt, code] of refusals) await t.rejects(attempt(), { code }, rule)

  await clientSecrets.add('app', secretNo(2))
  await t.rejects(clientSecrets.add('app', secretNo(3)), { code: 'client-secrets-full' })
  await clientSecrets.end('app', 2, NOW + 60)
  await t.rejects(
    clientSecrets.end('app', 1, NOW),
    { code: 'client-secret-last' },
    'the other one has a date, and the client would fall silent on it',
  )
})

t.test('the secret of one client is no secret of another', async (t) => {
  const { clients, clientSecrets } = await withClient(t)
  const other = await clients.save(client('other', { ...CONFIDENTIAL, secret: secretNo(9) }))
  await clientSecrets.add('other', secretNo(8))
  await t.rejects(clientSecrets.end('other', 1, NOW), { code: 'unknown-secret' })
  t.equal(clientSecrets.match(other, secretNo(1)), undefined)
})

t.test('of 50 new secrets at once one is made, and two are good', async (t) => {
  const directories = await sharedDirectories(t, 5)
  await oneOf(directories, 0).clients.save(client('app', CONFIDENTIAL))
  const outcome = await race(
    Array.from({ length: 50 }, (_, index) =>
      oneOf(directories, index).clientSecrets.add('app', secretNo(index + 2)),
    ),
  )
  t.equal(outcome.won.length, 1)
  t.strictSame([...new Set(outcome.lost)], ['client-secrets-full'])
  t.equal((await good(oneOf(directories, 3))).length, 2)

  await t.test('and of both ended at once one stays', async (t) => {
    const [newest = 0] = await good(oneOf(directories, 0))
    const ends = await race(
      Array.from({ length: 20 }, (_, index) =>
        oneOf(directories, index).clientSecrets.end('app', index % 2 ? 1 : newest, 0),
      ),
    )
    t.equal(ends.won.length, 1)
    t.equal((await good(oneOf(directories, 1))).length, 1)
  })
})

t.test('the use of a secret is written down once a day', async (t) => {
  const directory = await withClient(t)
  const { clientSecrets, clock } = directory
  const usedAt = async () => (await found(directory)).secrets[0]?.lastUsedAt
  const use = async () => {
    const app = await found(directory)
    const secret = clientSecrets.match(app, secretNo(1))
    if (secret) await Promise.all([clientSecrets.noteUse(secret), clientSecrets.noteUse(secret)])
  }
  t.equal(await usedAt(), undefined)
  await use()
  t.equal(await usedAt(), NOW)
  clock.advance((DAY - 1) * 1000)
  await use()
  t.equal(await usedAt(), NOW)
  clock.advance(1000)
  await use()
  t.equal(await usedAt(), NOW + DAY)
})

t.test(
  'a declared client has the secrets that are declared, the next one as the newest',
  async (t) => {
    const directory = await memoryDirectory(t, { clock: testClock(NOW * 1000) })
    const declare = async (members: object) => {
      const clients = [{ id: 'app', redirectUris: ['https://a.example'], ...members }]
      const { created, updated } = await applyDeclared(directory, { clients }, { now: NOW })
      const has = (await found(directory)).secrets.map(({ id, hash }) => [id, hash])
      return [created.length, updated.length, has]
    }
    const [one, two, three] = [1, 2, 3].map((number) => hashClientSecret(secretNo(number)))
    const [both, swapped] = [
      { secret: secretNo(1), nextSecret: secretNo(2) },
      { secret: secretNo(2), nextSecret: secretNo(3) },
    ]
    t.strictSame(await declare({ secret: secretNo(1) }), [1, 0, [[1, one]]])
    const two_ = [
      [2, two],
      [1, one],
    ]
    t.strictSame(await declare(both), [0, 1, two_], 'the one in use keeps its number')
    t.strictSame(await declare(both), [0, 0, two_], 'again: nothing changes')
    t.strictSame(await declare({}), [0, 0, two_], 'none given: both stay')
    const later = [
      [3, three],
      [2, two],
    ]
    t.strictSame(
      await declare(swapped),
      [0, 1, later],
      'the next one is in use, and another follows',
    )
    t.strictSame(await declare({ secretHash: three }), [0, 1, [[3, three]]], 'the old one is gone')
  },
)
