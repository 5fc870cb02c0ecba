import { setTimeout as pause } from 'node:timers/promises'
import { startRedis } from '@latchkey/store/redis-server'
import t from 'tap'
import { exchange } from '../../src/index.ts'
import { faultCluster, SHOP, type Site } from './fault-cluster.ts'
import type { Tokens } from './issuer-calls.ts'
import { until } from './until.ts'

// Longer than a machine that runs three tests at once stands still: a lease that runs out answers 503, as it has to.
const LEASE_MS = 3000
const redis = await startRedis()
t.teardown(() => redis.stop())
const sites = await faultCluster(t, { redisUrl: redis.url, leaseMs: LEASE_MS, issuers: 2 })
const [one, two] = sites as readonly [Site, Site]

interface KeyRow {
  readonly kid: string
  readonly state: string
  readonly services: readonly string[]
  readonly waits_for?: readonly unknown[]
}

async function admin<T>(site: Site, path: string, body?: object): Promise<T> {
  const answer = await exchange({
    port: site.process.port,
    host: 'sso.localhost',
    path: `/admin/v1/keys${path}`,
    method: body ? 'POST' : 'GET',
    headers: {
      authorization: `Bearer ${await site.calls.admin()}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  // Fifty at once want to write: who is told to come again does.
  if (answer.status === 503) return await admin(site, path, body)
  if (answer.status >= 300) throw new Error(`${answer.status} ${answer.text}`)
  return answer.json() as T
}

const shopKeys = async (site: Site) =>
  (await admin<{ keys: KeyRow[] }>(site, '')).keys.filter(({ services }) => services[0] === SHOP)
const kidOf = ({ access_token }: Tokens): string =>
  JSON.parse(Buffer.from(access_token.split('.')[0] ?? '', 'base64url').toString()).kid
const activeKid = async (site: Site) =>
  (await shopKeys(site)).find(({ state }) => state === 'active')?.kid ?? ''
const people = async () => await one.calls.tokens(await one.calls.signedIn('ada'))

/** Much longer, and a moment that matters would go unseen. */
const BETWEEN_TURNS_MS = 10

/** Refreshes at both issuers by turns and shows each token to both shops, until told to stop. */
function load(first: Tokens) {
  let goesOn = true
  const refused: string[] = []
  const kids = new Map<string, string>()
  const run = async () => {
    let tokens = first
    for (let turn = 0; goesOn; turn++) {
      kids.set(kidOf(tokens), tokens.access_token)
      // Those of before, too: what a key has signed is good for as long as it says.
      for (const token of kids.values()) {
        for (const site of sites) {
          const { status, text } = await site.stock(token)
          if (status !== 200) refused.push(`${status} ${text} ${site.process.port}`)
        }
      }
      const { calls } = turn % 2 ? one : two
      const answer = await calls.refresh(tokens.refresh_token)
      if (answer.status !== 200) refused.push(`refresh ${answer.status}`)
      else tokens = answer.json() as Tokens
      await pause(BETWEEN_TURNS_MS)
    }
    return { refused, kids: [...kids.keys()], tokens }
  }
  const done = run()
  return {
    uses: (kid: string) => kids.has(kid),
    stop: () => {
      goesOn = false
      return done
    },
  }
}

t.test(
  'a rotation under load: tokens of both keys are good all the time, nobody is refused',
  async (t) => {
    const before = await activeKid(one)
    const running = load(await people())
    const asked = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        admin<{ kid: string; started: boolean }>(i % 2 ? one : two, '/rotate', { service: SHOP }),
      ),
    )
    t.equal(asked.filter(({ started }) => started).length, 1, '50 at once make one')
    const next = asked[0]?.kid ?? ''
    t.strictSame(new Set(asked.map(({ kid }) => kid)), new Set([next]))
    for (const site of sites) {
      await until('the verifier holds it', () =>
        site.shop.verifier.status().keys.some(({ kid }) => kid === next),
      )
    }
    await until('it signs', async () => (await activeKid(two)) === next)
    for (const site of sites) {
      await until('the verifier knows that', () =>
        site.shop.verifier
          .status()
          .keys.some(({ kid, state }) => kid === next && state === 'active'),
      )
    }
    await until('a token of it was shown', async () => running.uses(next))
    const { refused, kids } = await running.stop()
    t.strictSame(refused, [])
    t.strictSame(kids, [before, next])
    t.match(await shopKeys(one), [
      { kid: before, state: 'retiring' },
      { kid: next, state: 'active' },
    ])
  },
)

t.test(
  'an emergency: what the key has signed is dead within T, and everybody stays signed in',
  async (t) => {
    const tokens = await people()
    const bad = kidOf(tokens)
    for (const site of sites) t.equal((await site.stock(tokens.access_token)).status, 200)
    await admin(one, '/retire', { kid: bad })
    const from = performance.now()
    for (const site of sites) {
      await until('it is dead', async () => (await site.stock(tokens.access_token)).status === 401)
    }
    t.ok(performance.now() - from < LEASE_MS)
    const answer = await two.calls.refresh(tokens.refresh_token)
    const renewed = answer.json() as Tokens
    t.not(kidOf(renewed), bad)
    for (const site of sites) t.equal((await site.stock(renewed.access_token)).status, 200)
    t.notOk((await shopKeys(two)).some(({ kid }) => kid === bad))
  },
)

t.test('kill -9 of the issuer that began it: the other one completes the rotation', async (t) => {
  const { kid } = await admin<{ kid: string }>(one, '/rotate', { service: SHOP })
  await one.process.kill()
  await until('the other one has it signed', async () => (await activeKid(two)) === kid)
  t.ok(one.shop.verifier.status().leaseMs <= 0, 'who has not confirmed has no lease any more')
  const tokens = await two.calls.tokens(await two.calls.signedIn('bob'))
  t.equal((await two.stock(tokens.access_token)).status, 200)
  t.equal((await one.stock(tokens.access_token)).status, 503, 'closed, not wrong')
  await one.process.start()
  await one.ready()
  t.equal((await one.stock(tokens.access_token)).status, 200)
})
