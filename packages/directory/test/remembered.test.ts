import t from 'tap'
import { snapshotVersions } from '../src/postgres/snapshot-versions.ts'
import { rememberedReads } from '../src/sql/remembered.ts'
import { chosenEngine } from './fixtures/chosen-engine.ts'
import { client, memoryDirectory, oneOf, sharedDirectories } from './fixtures/open-directory.ts'

/** A database whose version the test moves, and a read that counts. */
function counted(read: (name: string) => Promise<unknown> = async (name) => ({ name })) {
  const facts = { version: 1 as number | undefined, reads: 0 }
  const remember = rememberedReads({ version: () => facts.version })
  const ask = remember('thing', async (name: string) => {
    facts.reads += 1
    return await read(name)
  })
  return { facts, ask, remember }
}

t.test('a read is done once for each version of the database', async (t) => {
  const { facts, ask } = counted()
  const first = await ask('a')
  t.equal(await ask('a'), first, 'the same object')
  t.strictSame([(await ask('b')) as object, facts.reads], [{ name: 'b' }, 2])
  facts.version = 2
  t.not(await ask('a'), first)
  t.equal(facts.reads, 3)
})

t.test(
  'a read that may lag misses what others wrote for so long, and never what was written here',
  async (t) => {
    const directories = await sharedDirectories(t, 2)
    const [here, there] = [oneOf(directories, 0), oneOf(directories, 1)]
    await here.clients.save(client('app'))
    t.equal((await here.clients.recall('app'))?.disabled, false)
    await here.clients.setDisabled('app', true)
    t.equal((await here.clients.recall('app'))?.disabled, true, 'written here')
    await there.clients.setDisabled('app', false)
    await nextCallback()
    t.equal((await here.clients.find('app'))?.disabled, false, 'a strict read sees it at once')
    t.equal(
      (await here.clients.recall('app'))?.disabled,
      false,
      'and so does everybody from then on',
    )
    await there.clients.setDisabled('app', true)
    const begun = performance.now()
    while ((await here.clients.recall('app'))?.disabled === false) await nextCallback()
    t.ok(performance.now() - begun < 1000, 'it is a matter of milliseconds')
  },
)

t.test('without a version every read is done', async (t) => {
  const { facts, ask } = counted()
  facts.version = undefined
  await ask('a')
  await ask('a')
  t.equal(facts.reads, 2)
})

t.test('an answer during which something was written is not remembered', async (t) => {
  const gate = Promise.withResolvers<void>()
  const { facts, ask } = counted(async () => {
    await gate.promise
    return { version: facts.version }
  })
  const slow = ask('a')
  facts.version = 2
  gate.resolve()
  await slow
  await ask('a')
  t.equal(facts.reads, 2)
})

t.test('what nobody has is asked for again, and fills no memory', async (t) => {
  const { facts, ask } = counted(async () => undefined)
  await ask('a')
  await ask('a')
  t.equal(facts.reads, 2)
})

t.test('answers are frozen to the bottom: several callers get the same', async (t) => {
  const { ask } = counted(async () => ({ list: [{ deep: true }] }))
  const answer = (await ask('a')) as { list: { deep: boolean }[] }
  t.throws(() => answer.list.push({ deep: false }), TypeError)
  t.throws(() => Object.assign(answer.list[0] as object, { deep: false }), TypeError)
})

t.test('names are kept apart from each other, whatever they contain', async (t) => {
  const { remember } = counted()
  const pair = remember('pair', async (left: string, right: string) => ({ left, right }))
  t.strictSame(await pair('a\n', 'b'), { left: 'a\n', right: 'b' })
  t.strictSame(await pair('a', '\nb'), { left: 'a', right: '\nb' })
  t.strictSame(await pair('a","', 'b'), { left: 'a","', right: 'b' })
})

t.test(
  'after a write the next read gives what was written: here at once, elsewhere in the next callback',
  async (t) => {
    const directories = await sharedDirectories(t, 2)
    const [here, there] = [oneOf(directories, 0), oneOf(directories, 1)]
    const { sub } = await here.users.create({ username: 'ada', name: 'Ada' })
    for (const directory of directories) t.equal((await directory.users.find(sub))?.name, 'Ada')
    for (let change = 0; change < 50; change++) {
      const writer = change % 2 === 0 ? here : there
      await writer.users.update(sub, { name: `Ada ${change}` })
      t.equal((await writer.users.find(sub))?.name, `Ada ${change}`, 'here at once')
      await nextCallback()
      for (const directory of directories) {
        t.equal((await directory.users.find(sub))?.name, `Ada ${change}`)
      }
    }
  },
)

t.test(
  'inside a transaction its own writes are read, and outside they are not seen before',
  async (t) => {
    const directory = await memoryDirectory(t)
    const { sub } = await directory.users.create({ username: 'ada' })
    await directory.users.find(sub)
    await directory.transaction(async (inside) => {
      await inside.users.setDisabled(sub, true)
      t.equal((await inside.users.find(sub))?.disabled, true)
    })
    t.equal((await directory.users.find(sub))?.disabled, true)
    await t.rejects(
      directory.transaction(async (inside) => {
        await inside.users.setDisabled(sub, false)
        throw new Error('no')
      }),
    )
    t.equal((await directory.users.find(sub))?.disabled, true)
  },
)

t.test(
  'an audit record makes nobody read again, and nothing else is let through with it',
  async (t) => {
    const directory = await memoryDirectory(t)
    const { sub } = await directory.users.create({ username: 'ada', password: 'correct horse' })
    const found = await directory.users.find(sub)
    const event = {
      at: 1,
      actor: { sub },
      action: 'sign_in',
      target: sub,
      reason: 'self',
      detail: {},
    }
    await directory.audit.append(event)
    // PostgreSQL does not tell what was written: there any transaction has everybody read again.
    const isKept = (answer: unknown, what: string) =>
      chosenEngine() === 'sqlite' ? t.equal(answer, found, what) : t.strictSame(answer, found, what)
    isKept(await directory.users.find(sub), 'the same object')
    const checked = await directory.users.checkPassword('ada', 'correct horse')
    isKept(checked.kind === 'ok' && checked.user, 'a sign-in looks into the same memory')
    await directory.transaction(async (inside) => {
      await inside.users.setDisabled(sub, true)
      await inside.audit.append(event)
    })
    t.equal((await directory.users.find(sub))?.disabled, true)
    t.equal((await directory.users.checkPassword('ada', 'correct horse')).kind, 'refused')
  },
)

t.test('a look at the version is shared by all who asked before it was sent', async (t) => {
  let looks = 0
  const answers: ((snapshot: string) => void)[] = []
  const versions = snapshotVersions(() => {
    looks += 1
    return new Promise((resolve) => answers.push(resolve))
  })
  const turn = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  const early = [versions.now(0), versions.now(0)]
  await turn()
  t.equal(looks, 1)
  const late = versions.now(0)
  await turn()
  t.equal(looks, 2, 'whoever comes later may have seen something newer')
  // The second overtakes the first.
  answers[1]?.('b')
  const newer = await late
  answers[0]?.('a')
  const [older, same] = await Promise.all(early)
  t.equal(older, same)
  t.not(older, newer)
  const lagging = versions.now(1000)
  t.type(lagging, 'number', 'a look of a moment ago serves who can wait')
  versions.wrote()
  const own = versions.now(1000)
  t.type(own, Promise, 'but never across a write of this process')
  await turn()
  answers[2]?.('c')
  t.not(await own, newer)
})

/** What was learned from another process came in a callback of its own. */
function nextCallback(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
