import type { AddressInfo } from 'node:net'
import { feedClient } from '@latchkey/feed'
import { decodeProtectedHeader } from 'jose'
import t from 'tap'
import { rawFeed } from './fixtures/raw-feed.ts'
import { ORDERS, SECRET, testIssuer } from './test-issuer.ts'
import { tokenRequests } from './token-requests.ts'

const INSTANCE = 'never-says-what-it-has'

t.test(
  'over the feed: who does not say what it holds keeps a key from signing until it is gone',
  async (t) => {
    let looks = 0
    const issuer = await testIssuer({
      around: (directory) => ({
        ...directory,
        keys: {
          ...directory.keys,
          list: () => {
            looks += 1
            return directory.keys.list()
          },
        },
      }),
    })
    await issuer.app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = issuer.app.server.address() as AddressInfo
    const credentials = { clientId: 'orders', clientSecret: SECRET }
    const feed = feedClient({
      issuerAddress: `http://127.0.0.1:${port}`,
      service: ORDERS,
      credentials,
    })
    const silent = await rawFeed({ port, ...credentials })
    t.teardown(async () => {
      silent.tcp.destroy()
      await feed.close()
      await issuer.close()
    })
    const operator = await issuer.post('/token', { grant_type: 'client_credentials' }, 'operator')
    const call = async (method: 'GET' | 'POST', path: string, payload?: object) => {
      const headers = { authorization: `Bearer ${operator.json().access_token}` }
      const url = `/admin/v1/keys${path}`
      return (await issuer.app.inject({ method, url, headers, ...(payload && { payload }) })).json()
    }
    const { tokensOf } = tokenRequests(issuer)
    const signing = async () => decodeProtectedHeader((await tokensOf()).access_token).kid ?? ''
    /** Every keeper has looked at least once from beginning to end since. */
    const looked = async () => {
      const seen = looks
      await until(() => looks >= seen + 4)
    }
    const hello = { t: 'hello', v: 1, service: ORDERS, instance: INSTANCE, positions: [] }
    silent.say(JSON.stringify(hello))
    await until(() => feed.status().connected)

    const before = await signing()
    const { kid } = await call('POST', '/rotate', { service: ORDERS })
    await until(() => feed.keys().some((key) => key.kid === kid))
    const waitsFor = async () => {
      const { keys } = await call('GET', '')
      return keys.find((key: { kid: string }) => key.kid === kid)?.waits_for
    }
    await until(async () => (await waitsFor()).length === 1)
    t.match(await waitsFor(), [{ instance: INSTANCE, service: ORDERS, connected: true }])
    await looked()
    for (let id = 1; id <= 2; id++) {
      issuer.advance(9)
      silent.say(JSON.stringify({ t: 'lease?', id }))
      await looked()
    }
    t.equal(await signing(), before)

    silent.tcp.destroy()
    await until(async () =>
      (await waitsFor()).every((one: object) => !('connected' in one && one.connected)),
    )
    issuer.advance(11)
    await until(async () => (await signing()) === kid)
    t.match(feed.keys(), [{ kid: before }, { kid }], 'both are good where they are checked')
  },
)

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 5))
}
