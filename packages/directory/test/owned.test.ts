import { createSecretKey } from 'node:crypto'
import t from 'tap'
import {
  applyDeclared,
  type DeclaredClient,
  type DeclaredDirectory,
  type DeclaredUser,
  type Directory,
  hashClientSecret,
  planDeclared,
  refuseOwned,
  startDeclared,
} from '../src/index.ts'
import { chosenEngine } from './fixtures/chosen-engine.ts'
import { APPLY, CLUSTER, FILE, KEY, OTHER, PLAN, START } from './fixtures/clusters.ts'
import { SECRET } from './fixtures/declarations.ts'
import { dyingAfter } from './fixtures/dying-after.ts'
import {
  memoryDirectory,
  ORDERS,
  oneOf,
  REPORTS,
  race,
  sharedDirectories,
} from './fixtures/open-directory.ts'

async function stateOf({ services, roles, groups, clients, users, owned, audit }: Directory) {
  return {
    services: await services.list(),
    roles: await roles.list(),
    groups: await groups.list({ limit: 100 }),
    clients: await clients.list(),
    users: await users.list({ limit: 100 }),
    owned: await owned.list(),
    audit: (await audit.list({ limit: 100 })).length,
  }
}

/** Each write of a server takes a way through the network: there some of the places have to do. */
const STEP = chosenEngine() === 'postgres' ? 7 : 1

t.test('an apply that dies in the middle changes nothing, wherever that is', async (t) => {
  const directory = await memoryDirectory(t)
  await applyDeclared(directory, CLUSTER, APPLY)
  const before = await stateOf(directory)
  let died = 0
  for (;;) {
    const outcome = await applyDeclared(dyingAfter(directory, died + 1), OTHER, APPLY).catch(String)
    if (typeof outcome !== 'string') break
    t.equal(outcome, 'Error: power cut')
    t.strictSame(await stateOf(directory), before, `after ${died + 1} writes`)
    died += STEP
  }
  t.ok(died > 30, `${died} places to die at`)
  t.strictSame((await planDeclared(directory, OTHER, PLAN)).changes, [], 'and then it is done')
})

t.test('a plan changes nothing, and says what the apply then does', async (t) => {
  const directory = await memoryDirectory(t)
  await applyDeclared(directory, CLUSTER, APPLY)
  const before = await stateOf(directory)
  const { changes, digest } = await planDeclared(directory, OTHER, PLAN)
  t.strictSame(await stateOf(directory), before)
  t.strictSame(
    changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`),
    [
      `update service ${REPORTS}`,
      'create role writer',
      'update group Sales',
      'update group night',
      'create client job',
      'update user ADA',
      'create user eve',
      'retire user bob',
      'retire client web',
      `retire service ${ORDERS}`,
      'remove role idle',
      'remove role reader',
    ],
  )
  const outcome = await applyDeclared(directory, OTHER, { ...APPLY, plan: { digest, key: KEY } })
  t.equal(outcome.created.length + outcome.updated.length + outcome.removed.length, changes.length)
  t.notMatch(JSON.stringify(changes), SECRET)
  t.notMatch(JSON.stringify(changes), hashClientSecret(SECRET))
})

t.test('a plan with other secrets is another plan, although it looks the same', async (t) => {
  const directory = await memoryDirectory(t)
  const plan = (declared: DeclaredDirectory, key = KEY) =>
    planDeclared(directory, declared, { ...PLAN, key })
  const withSecrets = (
    secrets: Partial<DeclaredClient>,
    person: Partial<DeclaredUser> = {},
  ): DeclaredDirectory => ({
    clients: [{ id: 'job', grantTypes: ['client_credentials'], ...secrets }],
    users: [{ username: 'ada', password: 'long enough', ...person }],
  })
  const [secret, nextSecret] = [SECRET, `${SECRET}-next`]
  const looked = withSecrets({ secret, nextSecret })
  const { changes, digest } = await plan(looked)
  const others: [string, DeclaredDirectory][] = [
    ['another secret', withSecrets({ secret: `${SECRET}-other`, nextSecret })],
    ['another next secret', withSecrets({ secret, nextSecret: `${SECRET}-other` })],
    ['the same as a digest', withSecrets({ secretHash: hashClientSecret(secret), nextSecret })],
    ['the other way round', withSecrets({ secret: nextSecret, nextSecret: secret })],
    ['another password', withSecrets({ secret, nextSecret }, { password: 'long enough too' })],
  ]
  for (const [name, other] of others) {
    const planned = await plan(other)
    t.strictSame(planned.changes, changes, name)
    t.not(planned.digest, digest, name)
    const refused = applyDeclared(directory, other, { ...APPLY, plan: { digest, key: KEY } })
    await t.rejects(refused, { code: 'plan-changed' }, name)
  }
  t.equal(await directory.clients.find('job'), undefined)
  const key = createSecretKey(Buffer.alloc(32, 8))
  t.not((await plan(looked, key)).digest, digest, 'without the key nobody tries secrets')
  await applyDeclared(directory, looked, { ...APPLY, plan: { digest, key: KEY } })
  t.equal(
    (await plan(withSecrets({}, { password: 'not used any more' }))).digest,
    (await plan(looked)).digest,
    'what is not written is not part of it',
  )
})

t.test('of 50 applies of one plan one wins, and the others are told', async (t) => {
  const directories = await sharedDirectories(t, 5)
  const { digest } = await planDeclared(oneOf(directories, 0), CLUSTER, PLAN)
  const { won, lost } = await race(
    Array.from({ length: 50 }, (_, index) =>
      applyDeclared(oneOf(directories, index), CLUSTER, { ...APPLY, plan: { digest, key: KEY } }),
    ),
  )
  t.equal(won.length, 1)
  t.ok(
    lost.every((code) => /^(?:plan-changed|StoreUnavailable.*)$/.test(code)),
    String(lost),
  )
})

t.test(
  '50 applies of different files of one name: what is there is one of them, whole',
  async (t) => {
    const directories = await sharedDirectories(t, 5)
    const version = (number: number): DeclaredDirectory => ({
      ...oneOf<DeclaredDirectory>([CLUSTER, OTHER], number),
      roles: [
        ...(oneOf<DeclaredDirectory>([CLUSTER, OTHER], number).roles ?? []),
        { name: 'version', description: String(number) },
        { name: `only-${number}` },
      ],
    })
    const { won } = await race(
      Array.from({ length: 50 }, (_, index) =>
        applyDeclared(oneOf(directories, index), version(index), APPLY),
      ),
    )
    t.ok(won.length > 0)
    const directory = oneOf(directories, 0)
    const last = Number((await directory.roles.find('version'))?.description)
    t.strictSame((await planDeclared(directory, version(last), PLAN)).changes, [])
    t.strictSame(
      (await directory.roles.list()).map(({ name }) => name).filter((name) => /^only/.test(name)),
      [`only-${last}`],
    )
  },
)

t.test('who is given up is disabled without rights, and comes back as before', async (t) => {
  const directory = await memoryDirectory(t)
  await applyDeclared(directory, CLUSTER, APPLY)
  const ada = (await directory.users.findByUsername('ada'))?.sub ?? ''
  const gone = await applyDeclared(directory, {}, APPLY)
  t.strictSame(gone.disabled, {
    users: [ada, (await directory.users.findByUsername('bob'))?.sub],
    clients: ['web'],
    services: [ORDERS, REPORTS],
  })
  t.match(await directory.users.find(ada), { disabled: true, roles: [], groups: [], grants: [] })
  t.match(await directory.clients.find('web'), { disabled: true, services: [], grants: [] })
  t.strictSame(await directory.roles.list(), [])
  const [record] = await directory.audit.list({ limit: 1, target: `user ${ada}` })
  t.match(record, {
    action: 'user.disable',
    reason: 'declared',
    detail: { name: 'ada', file: FILE, changed: ['disabled', 'roles', 'groups'] },
  })
  await refuseOwned(directory, 'user', ada)
  t.pass('and anybody may change who is given up')
  await applyDeclared(directory, CLUSTER, APPLY)
  t.match(await directory.users.find(ada), { disabled: false, roles: ['reader'] })
  t.match(await directory.users.checkPassword('ada', 'long enough'), { kind: 'ok' })
  t.match(await directory.clients.find('web'), { disabled: false, services: [ORDERS] })
  t.match(await directory.services.find(ORDERS), { disabled: false, clients: ['web'] })
})

t.test(
  'who was disabled by somebody else stays so when the file declares them again',
  async (t) => {
    const directory = await memoryDirectory(t)
    await applyDeclared(directory, CLUSTER, APPLY)
    const ada = (await directory.users.findByUsername('ada'))?.sub ?? ''
    await directory.users.setDisabled(ada, true)
    await applyDeclared(directory, {}, APPLY)
    await applyDeclared(directory, CLUSTER, APPLY)
    t.match(await directory.users.find(ada), { disabled: true, roles: ['reader'] })
  },
)

t.test('what others still need is not given up, and the message says who needs it', async (t) => {
  const directory = await memoryDirectory(t)
  await applyDeclared(directory, CLUSTER, APPLY)
  await directory.users.create({ username: 'guest', roles: ['reader'] })
  await t.rejects(applyDeclared(directory, {}, APPLY), {
    code: 'role-in-use',
    where: 'roles, without "reader"',
    message: /guest/,
  })
  t.ok(await directory.roles.find('idle'), 'all or nothing')
})

t.test('members that the file of a user leaves out are taken away', async (t) => {
  const directory = await memoryDirectory(t)
  await applyDeclared(directory, CLUSTER, APPLY)
  const users = [{ username: 'ada' }, { username: 'bob' }]
  await applyDeclared(directory, { ...CLUSTER, users }, APPLY)
  const ada = await directory.users.findByUsername('ada')
  const bob = await directory.users.findByUsername('bob')
  t.match(ada, { roles: [], groups: [], name: 'ada' })
  t.notOk(bob && 'email' in bob)
})

t.test('a thing is refused to everybody else while a file owns it', async (t) => {
  const directory = await memoryDirectory(t)
  await directory.roles.save({ name: 'idle', description: '', grants: [] })
  const { adopted } = await planDeclared(directory, CLUSTER, PLAN)
  t.strictSame(adopted, [{ kind: 'role', name: 'idle' }], 'what is there changes hands')
  await refuseOwned(directory, 'role', 'idle')
  await applyDeclared(directory, CLUSTER, APPLY)
  const ids = new Map(
    (await directory.owned.list()).map(({ kind, id, name }) => [`${kind} ${name}`, id]),
  )
  t.equal(ids.size, 9)
  for (const [name, id] of ids) {
    const [kind] = name.split(' ') as ['role']
    await t.rejects(refuseOwned(directory, kind, id), {
      code: 'owned-by-file',
      message: /latchkey apply.*latchkey\.yaml/,
    })
  }
  const mine = await planDeclared(directory, CLUSTER, { ...PLAN, file: 'mine.yaml' })
  t.strictSame(mine.changes, [])
  t.match(mine.adopted[0], { from: FILE }, 'another file takes over, and the plan says from whom')
  await applyDeclared(directory, CLUSTER, { ...APPLY, file: 'mine.yaml' })
  t.strictSame(
    (await planDeclared(directory, {}, PLAN)).changes,
    [],
    'and is not given up by the first',
  )
})

t.test(
  'a plan names whatever was made elsewhere and becomes the file’s, and by whom',
  async (t) => {
    const directory = await memoryDirectory(t)
    const { users, groups, clients, provisioned } = directory
    const [ada, sales] = [
      await users.create({ username: 'Ada' }),
      await groups.create({ name: 'sales' }),
    ]
    await clients.save({ id: 'web', redirectUris: ['https://web.example/cb'], authMethod: 'none' })
    await provisioned.save({ kind: 'user', clientId: 'okta', id: ada.sub, externalId: '1' })
    await provisioned.save({ kind: 'group', clientId: 'okta', id: sales.id, externalId: '1' })
    await provisioned.save({ kind: 'group', clientId: 'hr', id: sales.id, externalId: '1' })
    const { adopted } = await planDeclared(directory, CLUSTER, PLAN)
    t.strictSame(adopted, [
      { kind: 'group', name: 'Sales', provisionedBy: ['hr', 'okta'] },
      { kind: 'client', name: 'web' },
      { kind: 'user', name: 'ada', provisionedBy: ['okta'] },
    ])
  },
)

t.test(
  'a client that had registered itself changes itself no more once a file declares it',
  async (t) => {
    const directory = await memoryDirectory(t)
    const client = {
      id: 'self',
      redirectUris: ['https://self.example/cb'],
      authMethod: 'none',
    } as const
    const registrationTokenHash = hashClientSecret(SECRET).slice('sha256:'.length)
    await directory.clients.save({ ...client, registrationTokenHash })
    const { changes } = await planDeclared(directory, { clients: [client] }, PLAN)
    t.strictSame(changes[0]?.members.at(-1), { member: 'registrationToken', secret: true })
    await applyDeclared(directory, { clients: [client] }, APPLY)
    t.equal((await directory.clients.find('self'))?.registrationTokenHash, undefined)
  },
)

t.test('a start brings in what it finds, and gives nothing up', async (t) => {
  const directory = await memoryDirectory(t)
  await startDeclared(directory, CLUSTER, START)
  const started = await startDeclared(directory, { ...CLUSTER, roles: [], users: [] }, START)
  t.match(started, { kind: 'brought-in', applied: { updated: [], removed: [] } })
  t.ok(await directory.roles.find('idle'))
  const ada = await directory.users.findByUsername('ada')
  await t.rejects(refuseOwned(directory, 'user', ada?.sub ?? ''), { code: 'owned-by-file' })
})

t.test('a start with an older file undoes nothing that was applied', async (t) => {
  const directory = await memoryDirectory(t)
  await startDeclared(directory, CLUSTER, START)
  await applyDeclared(directory, OTHER, APPLY)
  const before = await stateOf(directory)
  t.strictSame(await startDeclared(directory, CLUSTER, START), { kind: 'left-alone' })
  t.strictSame(await stateOf(directory), before)
})

t.test('a start leaves alone what another file owns', async (t) => {
  const directory = await memoryDirectory(t)
  await applyDeclared(directory, CLUSTER, { ...APPLY, file: 'cluster.yaml' })
  const users = [{ username: 'ada', name: 'Ada of the settings' }, { username: 'new' }]
  const started = await startDeclared(directory, { users }, START)
  t.match(started, { kind: 'brought-in', applied: { created: ['user new'], updated: [] } })
  t.match(await directory.users.findByUsername('ada'), { name: 'ada', roles: ['reader'] })
})
