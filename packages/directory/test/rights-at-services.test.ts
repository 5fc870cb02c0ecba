import t from 'tap'
import type { RightsSet } from '../src/index.ts'
import { client, memoryDirectory, ORDERS, REPORTS, service } from './fixtures/open-directory.ts'

/** Ada has a role, Bob is in a group below one that has it, Eve has a grant of her own. */
async function staff(t: Parameters<typeof memoryDirectory>[0]) {
  const directory = await memoryDirectory(t)
  const { services, roles, users, groups, clients } = directory
  for (const audience of [ORDERS, REPORTS]) await services.save(service(audience))
  const at = (...grants: string[]) => grants.map((grant) => ({ audience: ORDERS, grant }))
  await roles.save({ name: 'reader', description: '', grants: at('GET /a', 'GET /b') })
  await roles.save({ name: 'spare', description: '', grants: at('GET /spare') })
  const ada = await users.create({ username: 'ada', roles: ['reader'] })
  const bob = await users.create({ username: 'bob' })
  const eve = await users.create({ username: 'eve', grants: at('GET /e') })
  const above = await groups.create({ name: 'All', roles: ['reader'], grants: at('GET /g') })
  const below = await groups.create({ name: 'Team', parent: above.id })
  await groups.addMembers(below.id, [bob.sub])
  await clients.save({ ...client('job'), grants: at('PUT /a') })
  return { ...directory, ada, bob, eve, above, at }
}

t.test(
  'the grants at a service are told with who holds them, and whether anybody is that',
  async (t) => {
    const { services, users, clients, above, eve, at } = await staff(t)
    const found = async () =>
      (await services.grantsAt(ORDERS)).map(
        ({ grant, holder, isHeld }) =>
          `${grant} ${holder.kind} ${holder.id ?? ''}${isHeld ? '' : ' nobody'}`,
      )
    t.strictSame(await found(), [
      'GET /a role reader',
      'GET /b role reader',
      'GET /e users ',
      `GET /g group ${above.id}`,
      'GET /spare role spare nobody',
      'PUT /a client job',
    ])
    await users.setDisabled(eve.sub, true)
    await clients.setDisabled('job', true)
    const later = await found()
    t.notOk(
      later.some((line) => line.includes('/e')),
      'a disabled user holds nothing',
    )
    t.ok(later.includes('PUT /a client job nobody'))
    await users.update(eve.sub, { grants: at('GET /e').map((one) => ({ ...one, until: 1 })) })
    await users.setDisabled(eve.sub, false)
    t.notOk(
      (await found()).some((line) => line.includes('/e')),
      'nor does a grant that has ended',
    )
    t.strictSame(await services.grantsAt(REPORTS), [])
  },
)

t.test('people are put together by equal rights', async (t) => {
  const { users, services, ada, bob, eve } = await staff(t)
  const twin = await users.create({ username: 'twin', roles: ['reader'] })
  const sets = await users.rightsSets(ORDERS)
  const routesOf = (sub: string) => sets.find(({ subs }) => subs.includes(sub))?.routes
  t.strictSame(sets.map(({ subs }) => subs.length).sort(), [1, 1, 2])
  t.strictSame(routesOf(ada.sub) ?? routesOf(twin.sub), ['GET /a', 'GET /b'])
  t.strictSame(routesOf(bob.sub), ['GET /a', 'GET /b', 'GET /g'], 'by a group and the one above')
  t.strictSame(routesOf(eve.sub), ['GET /e'])
  for (const { subs, routes } of sets) {
    for (const sub of subs) {
      t.strictSame((await users.rightsAt(sub, ORDERS)).routes, routes, 'as a token would have them')
    }
  }
  t.strictSame(await users.rightsSets(ORDERS, [eve.sub]), [{ subs: [eve.sub], routes: ['GET /e'] }])
  t.strictSame(await users.rightsSets(REPORTS), [])
  const given = await services.grantsGiven(ORDERS, 9)
  t.strictSame(given.toSorted(), ['GET /a', 'GET /b', 'GET /e', 'GET /g', 'GET /spare'])
  t.equal((await services.grantsGiven(ORDERS, 2)).length, 2)
})

t.test('of some people the sets are those of all, however many are asked about', async (t) => {
  const { users, ada, bob, eve } = await staff(t)
  const all = await users.rightsSets(ORDERS)
  const nobody = Array.from({ length: 1200 }, (_, number) => `u_${number}`)
  const crowd = [ada.sub, ...nobody.slice(600), bob.sub, bob.sub, ...nobody.slice(0, 600), eve.sub]
  const bySub = (sets: readonly RightsSet[]) =>
    sets.toSorted((one, other) => (`${one.subs[0]}` < `${other.subs[0]}` ? -1 : 1))
  t.strictSame(bySub(await users.rightsSets(ORDERS, crowd)), bySub(all))
  for (const one of all) t.strictSame(await users.rightsSets(ORDERS, one.subs), [one])
  t.strictSame(await users.rightsSets(ORDERS, nobody), [])
  t.strictSame(await users.rightsSets(ORDERS, []), [])
})
