import type { Test } from 'tap'
import { WebSocket } from 'ws'
import type { HttpBrowser } from '../../src/index.ts'
import { LIVE, ORDERS, type SampleCluster } from './sample-cluster.ts'

const html = { headers: { accept: 'text/html' } }
const isSignIn = (page: { url: string; text: string }) =>
  page.url.startsWith('http://sso.localhost/authorize') && page.text.includes('id="password"')

/** What people do, over HTTP: run once for each store. */
export async function journeys(t: Test, cluster: SampleCluster): Promise<void> {
  const signedIn = async (username: string, url = `${ORDERS}/orders`): Promise<HttpBrowser> => {
    const browser = cluster.browser()
    const page = await browser.signIn(url, username)
    t.equal(page.status, 200, `${username} is signed in at ${url}`)
    return browser
  }

  await t.test('one password opens A and C, and the deep link is kept', async (t) => {
    const browser = cluster.browser()
    const asked = await browser.open(`${ORDERS}/orders/1002?from=mail`)
    t.ok(isSignIn(asked))
    const order = await browser.submit(asked, {
      username: 'rita',
      password: cluster.passwordOf('rita'),
    })
    t.equal(order.url, `${ORDERS}/orders/1002?from=mail`)
    t.match(order.text, 'Spare keys')
    const live = await browser.open(`${LIVE}/live`)
    t.equal(live.url, `${LIVE}/live`)
    t.match(live.text, 'Rita Reader')
  })

  await t.test(
    'a wrong password is refused and the right one still leads to the page',
    async (t) => {
      const browser = cluster.browser()
      const asked = await browser.open(`${ORDERS}/orders`)
      const again = await browser.submit(asked, { username: 'rita', password: 'wrong-wrong' })
      t.equal(again.status, 401)
      const orders = await browser.submit(again, {
        username: 'rita',
        password: cluster.passwordOf('rita'),
      })
      t.equal(orders.url, `${ORDERS}/orders`)
    },
  )

  await t.test('each route needs its grant', async (t) => {
    const send = (browser: HttpBrowser, method: string, path: string, body?: object) =>
      browser.fetch(`${ORDERS}${path}`, {
        method,
        headers: { origin: ORDERS, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      })
    const order = { item: 'Hinge', quantity: '2' }
    const [rita, walter, ada, nemo] = await Promise.all(
      (['rita', 'walter', 'ada', 'nemo'] as const).map(async (name) => {
        const browser = cluster.browser()
        await browser.signIn(`${ORDERS}/orders`, name)
        return browser
      }),
    )
    if (!rita || !walter || !ada || !nemo) throw new Error('four browsers')
    t.equal((await send(rita, 'POST', '/orders', order)).status, 403)
    const placed = await send(walter, 'POST', '/orders', order)
    t.equal(placed.status, 201)
    const { id } = placed.json() as { id: string }
    t.equal((await send(walter, 'DELETE', `/orders/${id}`)).status, 403)
    t.equal((await send(ada, 'DELETE', `/orders/${id}`)).status, 204)
    t.equal((await nemo.open(`${ORDERS}/orders`)).status, 403)
  })

  await t.test('A calls B for the person, B calls A with its own token', async (t) => {
    const browser = await signedIn('rita')
    await cluster.runJob()
    const page = await browser.open(`${ORDERS}/summary`)
    t.equal(page.status, 200)
    t.match(page.text, await cluster.sub('rita'))
    t.match(page.text, 'svc:a')
    const nobody = await cluster.browser().fetch('http://b.localhost/reports/daily')
    t.equal(nobody.status, 401)
    t.equal(
      nobody.headers['www-authenticate'],
      'Bearer realm="http://b.localhost", resource_metadata="http://b.localhost/.well-known/oauth-protected-resource"',
    )
  })

  await t.test('sign-out at A is sign-out at C, and the back button shows nothing', async (t) => {
    const browser = await signedIn('rita')
    const live = await browser.open(`${LIVE}/live`)
    t.match(live.headers['cache-control'], 'no-store')
    const orders = await browser.open(`${ORDERS}/orders`)
    const out = await browser.submit(orders, {}, '/logout')
    t.equal(out.status, 200)
    t.ok(isSignIn(await browser.open(`${LIVE}/live`)))
    t.ok(isSignIn(await browser.open(`${ORDERS}/orders`)))
  })

  await t.test('when an admin ends the session, the next click leads to sign-in', async (t) => {
    const browser = await signedIn('rita')
    await browser.open(`${LIVE}/live`)
    await cluster.endSessionsOf('rita')
    t.ok(isSignIn(await browser.open(`${ORDERS}/orders`)))
    t.ok(isSignIn(await browser.open(`${LIVE}/live`)))
    t.equal((await browser.fetch(`${ORDERS}/orders`)).status, 401, 'a script is told so')
    const page = await browser.signIn(`${ORDERS}/orders`, 'rita')
    t.equal(page.url, `${ORDERS}/orders`, 'and signing in again works')
  })

  await t.test('an expired token is renewed silently, 50 requests at once', async (t) => {
    const browser = await signedIn('rita')
    await cluster.advance(301)
    const pages = await Promise.all(
      Array.from({ length: 50 }, () => browser.fetch(`${ORDERS}/orders`, html)),
    )
    t.strictSame(new Set(pages.map((page) => page.status)), new Set([200]))
    t.equal((await browser.open(`${ORDERS}/orders`)).status, 200)
  })

  await t.test(
    'a permission that is given or taken counts at the next click, without a sign-in',
    async (t) => {
      const browser = await signedIn('nemo', `${ORDERS}/`)
      t.equal((await browser.signIn(`${ORDERS}/orders`, 'nemo')).status, 403)
      const sub = await cluster.sub('nemo')
      const change = async (roles: string[]) => {
        await cluster.issuer.directory.users.update(sub, { roles })
        await cluster.issuer.end({ kind: 'stale', about: sub }, 'permissions_changed', {
          sub: 'issuer',
        })
      }
      await change(['reader'])
      t.equal((await browser.open(`${ORDERS}/orders`)).status, 200)
      await change([])
      t.equal((await browser.open(`${ORDERS}/orders`)).status, 403)
    },
  )

  await t.test('the socket of C shows what happens and closes with the session', async (t) => {
    const browser = await signedIn('walter', `${LIVE}/live`)
    const port = cluster.hosts.get('c.localhost')
    const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, {
      headers: { cookie: browser.cookies.header('c.localhost'), origin: LIVE },
    })
    const texts: string[] = []
    const binaries: Buffer[] = []
    const seen = Promise.withResolvers<void>()
    socket.on('message', (data, isBinary) => {
      if (isBinary) binaries.push(data as Buffer)
      else texts.push(String(data))
      if (texts.some((text) => text.includes('Hinge'))) seen.resolve()
    })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    await browser.signIn(`${ORDERS}/orders`, 'walter')
    await browser.fetch(`${ORDERS}/orders`, {
      method: 'POST',
      headers: { origin: ORDERS, 'content-type': 'application/json' },
      body: JSON.stringify({ item: 'Hinge', quantity: '2' }),
    })
    await seen.promise
    t.ok(binaries.length > 0)
    const closed = new Promise<number>((resolve) => socket.once('close', resolve))
    await cluster.endSessionsOf('walter')
    t.equal(await closed, 4401)
  })

  await t.test('a socket needs a session and a page of its own origin', async (t) => {
    const browser = await signedIn('rita', `${LIVE}/live`)
    const port = cluster.hosts.get('c.localhost')
    const status = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve) => {
        const socket = new WebSocket(`ws://127.0.0.1:${port}/socket`, { headers })
        socket.on('open', () => {
          socket.close()
          resolve(101)
        })
        socket.on('unexpected-response', (_, response) => resolve(response.statusCode))
        socket.on('error', () => {})
      })
    const cookie = browser.cookies.header('c.localhost')
    t.equal(await status({}), 401)
    t.equal(await status({ cookie, origin: 'http://evil.localhost' }), 403)
    t.equal(await status({ cookie }), 403)
    t.equal(await status({ cookie, origin: LIVE }), 101)
  })
}
