import t from 'tap'
import {
  client,
  memoryDirectory,
  ORDERS,
  oneOf,
  REPORTS,
  race,
  service,
  sharedDirectories,
} from './fixtures/open-directory.ts'

const GRANTS = [{ audience: ORDERS, grant: 'GET /orders' }]

t.test('a removed service is gone, and one of its audience counts its keys on', async (t) => {
  const { services, serviceKeys, clients } = await memoryDirectory(t)
  await clients.save(client('orders'))
  await services.save(service(ORDERS, { clients: ['orders'] }))
  await services.save(service(REPORTS))
  await services.publishRoutes(ORDERS, [{ method: 'GET', pattern: '/orders' }])
  await serviceKeys.prepare(ORDERS, 1)
  await services.remove(ORDERS)
  t.equal(await services.find(ORDERS), undefined)
  t.strictSame(
    (await services.list()).map(({ audience }) => audience),
    [REPORTS],
  )
  t.strictSame(await services.catalogue(ORDERS), [])
  await t.rejects(services.remove(ORDERS), { code: 'unknown-service' })

  await services.save(service(ORDERS))
  const again = await services.find(ORDERS)
  t.strictSame([again?.keyGeneration, again?.clients], [3, []], 'behind the one that was prepared')
  t.strictSame(await services.catalogue(ORDERS), [])
  await services.remove(ORDERS)
  await services.save(service(ORDERS, { keyGeneration: 9 }))
  t.equal((await services.find(ORDERS))?.keyGeneration, 9)
})

t.test('a service that somebody needs is not removed, and the message says who', async (t) => {
  const { services, roles, users, clients } = await memoryDirectory(t)
  await services.save(service(ORDERS))
  const refused = async (who: RegExp) => {
    const error = await services.remove(ORDERS).catch((thrown) => thrown)
    t.equal(error.code, 'service-in-use')
    t.match(error.message, who)
  }
  await roles.save({ name: 'reader', description: '', grants: GRANTS })
  await refused(/grants of role reader/)
  await roles.save({ name: 'reader', description: '', grants: [] })
  const { sub } = await users.create({ username: 'ada', grants: GRANTS })
  await refused(new RegExp(`grants of ${sub}`))
  await users.update(sub, { grants: [] })
  await clients.save(client('web', { services: [ORDERS] }))
  await refused(/the services of client web/)
  await clients.save(client('web', { grants: GRANTS }))
  await refused(/grants of client web/)
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    await clients.save(client(name, { services: [ORDERS] }))
  await refused(/and others/)
  for (const name of ['a', 'b', 'c', 'd', 'e', 'web']) await clients.save(client(name))
  await t.resolves(services.remove(ORDERS))
})

t.test('of 50 that remove it at once one does', async (t) => {
  const directories = await sharedDirectories(t, 5)
  await oneOf(directories, 0).services.save(service(ORDERS))
  const outcome = await race(
    Array.from({ length: 50 }, (_, index) => oneOf(directories, index).services.remove(ORDERS)),
  )
  t.equal(outcome.won.length, 1)
  t.strictSame([...new Set(outcome.lost)], ['unknown-service'])
})
