import type { Page, WebSocket } from 'playwright-core'
import t, { type Test } from 'tap'
import { launchChromium } from '../../src/index.ts'
import { NOTE_CLOSES, noteWhen } from './page-notes.ts'
import { type Person, person } from './person.ts'
import { picture } from './picture.ts'
import { LIVE, ORDERS, sampleCluster } from './sample-cluster.ts'

const SIGN_IN = /^http:\/\/sso\.localhost\/authorize\?/

const cluster = await sampleCluster()
const chromium = await launchChromium(cluster)
t.teardown(async () => {
  await chromium.close()
  await cluster.close()
})

/** Somebody who has seen nothing to complain about by the end of the test, but what the test took out. */
async function somebody(t: Test, options: Parameters<typeof person>[2] = {}): Promise<Person> {
  const one = await person(chromium, cluster, options)
  t.teardown(() => one.leave())
  return one
}

const heading = (tab: Page) => tab.locator('h1').textContent()
const state = (tab: Page, wanted: string) => tab.waitForSelector(`#status[data-state=${wanted}]`)

async function giveRoles(username: string, roles: string[]): Promise<void> {
  const sub = await cluster.sub(username)
  await cluster.issuer.directory.users.update(sub, { roles })
  await cluster.end({ kind: 'stale', about: sub }, 'permissions_changed')
}

t.test('one password opens A and C, a different site, and the deep link is kept', async (t) => {
  const rita = await somebody(t)
  const orders = await rita.open(`${ORDERS}/orders/1002?from=mail`)
  t.match(orders.url(), SIGN_IN)
  await rita.signIn(orders, 'rita')
  await orders.waitForURL(`${ORDERS}/orders/1002?from=mail`)
  t.match(await orders.locator('main').textContent(), 'Spare keys')
  const live = await rita.open(LIVE)
  t.equal(live.url(), `${LIVE}/live`)
  t.equal(await live.locator('#person').textContent(), 'Rita Reader')
  await state(live, 'open')
  t.strictSame(rita.complaints, [])
})

t.test('a wrong password is told, and the right one still leads to the page', async (t) => {
  const rita = await somebody(t)
  const tab = await rita.open(`${ORDERS}/orders`)
  await rita.signIn(tab, 'rita', 'not the password')
  t.match(await tab.locator('#error').textContent(), /wrong/)
  t.equal(await tab.locator('#username').inputValue(), 'rita')
  t.equal(await tab.locator('#password').inputValue(), '')
  t.strictSame(rita.complaints.splice(0), ['401 POST http://sso.localhost/sign-in'])
  await rita.signIn(tab, 'rita')
  await tab.waitForURL(`${ORDERS}/orders`)
  t.strictSame(rita.complaints, [])
})

t.test('cookies are sent to their own host only, and no script reads them', async (t) => {
  const rita = await somebody(t)
  const tab = await rita.open(`${ORDERS}/orders`, 'rita')
  await tab.goto(`${LIVE}/live`)
  const names = { 'sso.localhost': /^__Host-latchkey-(browser|session)$/ } as const
  for (const host of ['sso.localhost', 'a.localhost', 'c.localhost'] as const) {
    const cookies = await rita.cookies(host)
    t.ok(cookies.length > 0, host)
    for (const { name, ...cookie } of cookies) {
      t.match(name, host === 'sso.localhost' ? names[host] : /^__Host-latchkey\.\d$/)
      t.match(cookie, { httpOnly: true, secure: true, sameSite: 'Lax', path: '/', expires: -1 })
    }
  }
  t.equal(await tab.evaluate('document.cookie'), '')
})

t.test('sign-out at A is sign-out at C, and the back button shows nothing', async (t) => {
  const rita = await somebody(t)
  const orders = await rita.open(`${ORDERS}/orders`, 'rita')
  await orders.locator('a[href="/orders/1002"]').click()
  const live = await rita.open(`${LIVE}/live`)
  await state(live, 'open')
  await orders.locator('#sign-out').click()
  await orders.waitForURL(`${ORDERS}/logout?*`)
  t.equal(await heading(orders), 'You are signed out')
  await state(live, 'ended')
  t.equal(await live.locator('#person').count(), 0, 'nor does it say any more who was here')
  await orders.goBack()
  await orders.waitForURL(SIGN_IN)
  await live.reload()
  await live.waitForURL(SIGN_IN)
  t.strictSame(rita.complaints, [])
})

t.test('nor does it show a page of A that Chromium kept when C signed out', async (t) => {
  const rita = await somebody(t)
  const tab = await rita.open(`${ORDERS}/orders`, 'rita')
  await tab.goto(`${ORDERS}/summary`)
  // Kept alive in spite of no-store, as long as no cookie of A changes.
  await tab.goto(`${LIVE}/live`)
  await tab.locator('#sign-out').click()
  await tab.waitForURL(`${LIVE}/logout?*`)
  await tab.goBack()
  await tab.goBack()
  await tab.waitForURL(SIGN_IN)
  t.strictSame(rita.complaints, [])
})

t.test(
  'when an admin ends the session, C says so and why within a second, and A asks again',
  async (t) => {
    const rita = await somebody(t)
    const orders = await rita.open(`${ORDERS}/orders`, 'rita')
    const live = await rita.open(`${LIVE}/live`)
    await state(live, 'open')
    await noteWhen(live)
    const from = Date.now()
    await cluster.endSessionsOf('rita')
    const ms = (await live.evaluate<number>('ended')) - from
    t.ok(ms < 1000, `shown after ${ms} ms`)
    t.match(await live.locator('#status').textContent(), 'Your session has ended')
    t.equal(await live.locator('#why').textContent(), 'An administrator ended your session.')
    t.equal(await live.locator('#events li').count(), 0, 'what was shown is gone')
    await orders.locator('a[href="/summary"]').click()
    await orders.waitForURL(SIGN_IN)
    await rita.signIn(orders, 'rita')
    await orders.waitForURL(`${ORDERS}/summary`)
    await live.locator('#again a').click()
    await state(live, 'open')
    t.strictSame(rita.complaints, [], 'the password was asked for once')
  },
)

t.test('a page hears it from the issuer alone, whatever became of its own socket', async (t) => {
  const rita = await somebody(t)
  const live = await rita.open('about:blank')
  await live.routeWebSocket(`${LIVE.replace('http', 'ws')}/socket`, () => {})
  const connected = live.waitForEvent('websocket', (socket) => socket.url().includes('sso.'))
  await live.goto(`${LIVE}/live`)
  await rita.signIn(live, 'rita')
  const socket = await connected
  await socket.waitForEvent('framereceived')
  t.equal(new URL(socket.url()).search, '', 'no ticket stands in the address')
  await noteWhen(live)
  const from = Date.now()
  await cluster.end({ kind: 'user', sub: await cluster.sub('rita') }, 'password_changed')
  const ms = (await live.evaluate<number>('ended')) - from
  t.equal(await live.locator('#why').textContent(), 'Your password was changed.')
  t.ok(ms < 1000, `shown after ${ms} ms`)
  await state(live, 'ended')
  t.strictSame(rita.complaints, [])
})

t.test('a form that is sent after the session has ended says that nothing was done', async (t) => {
  const walter = await somebody(t)
  const tab = await walter.open(`${ORDERS}/orders`, 'walter')
  await cluster.endSessionsOf('walter')
  await tab.locator('[name=item]').fill('Ghost order')
  await tab.locator('#new-order button').click()
  await tab.waitForSelector('#problem[data-status="401"]')
  t.strictSame(walter.complaints.splice(0), [`401 POST ${ORDERS}/orders`])
  await tab.locator('main .button').click()
  await walter.signIn(tab, 'walter')
  await tab.waitForURL(`${ORDERS}/orders`)
  t.notMatch(await tab.locator('#orders').textContent(), 'Ghost')
  t.strictSame(walter.complaints, [])
})

t.test('a permission counts at the next click, taken or given, without a sign-in', async (t) => {
  const nemo = await somebody(t)
  await giveRoles('nemo', ['reader'])
  const orders = await nemo.open(`${ORDERS}/orders`, 'nemo')
  t.equal(await orders.locator('#new-order').count(), 0, 'a reader is offered no form')
  const live = await nemo.open('about:blank')
  await live.addInitScript(NOTE_CLOSES)
  await live.goto(`${LIVE}/live`)
  await state(live, 'open')

  const renewed = live.waitForResponse(`${LIVE}/latchkey/ticket`)
  let reopened = 0
  live.on('websocket', () => {
    reopened += 1
  })
  await giveRoles('nemo', ['writer'])
  await renewed
  await tellLive()
  await live.locator('#events li').filter({ hasText: 'Hinge' }).waitFor()
  t.equal(reopened, 0, 'the socket went on with a fresh token')
  await orders.reload()
  t.equal(await orders.locator('#new-order').count(), 1)
  t.strictSame(nemo.complaints, [], 'a change that leaves the right is not noticed')

  await giveRoles('nemo', [])
  await live.waitForSelector('#problem[data-status="403"]')
  t.equal(await live.evaluate(`sessionStorage.getItem('closed')`), '4403 permission lost')
  t.equal(await live.locator('#person').textContent(), 'Nemo Nothing', 'still signed in')
  await orders.locator('a[href="/orders/1001"]').click()
  await orders.waitForSelector('#problem[data-status="403"]')
  t.equal(await orders.locator('#person').textContent(), 'Nemo Nothing', 'still signed in')
  t.strictSame(nemo.complaints, [`403 GET ${LIVE}/live`, `403 GET ${ORDERS}/orders/1001`])
})

t.test('when the token has expired, tabs renew it at once and sockets go on', async (t) => {
  const rita = await somebody(t)
  const tabs = [await rita.open(`${ORDERS}/orders`, 'rita'), await rita.open(`${ORDERS}/summary`)]
  const live = await rita.open(`${LIVE}/live`)
  await state(live, 'open')
  await cluster.advance(301)
  for (const round of ['at once', 'and again']) {
    const answers = await Promise.all(tabs.map((tab) => tab.reload()))
    t.strictSame(
      [200, 200],
      answers.map((answer) => answer?.status()),
      round,
    )
  }
  const renewed = live.waitForResponse(`${LIVE}/latchkey/ticket`)
  await tellLive()
  await renewed
  await live.locator('#events li').filter({ hasText: 'Hinge' }).first().waitFor()
  t.strictSame(rita.complaints, [])
})

t.test('what happens in A is shown at C, in text and in binary frames', async (t) => {
  const walter = await somebody(t)
  const orders = await walter.open(`${ORDERS}/orders`, 'walter')
  const live = await walter.open('about:blank')
  const frames: (string | Buffer)[] = []
  live.on('websocket', (socket: WebSocket) => {
    socket.on('framereceived', ({ payload }) => frames.push(payload))
  })
  await live.goto(`${LIVE}/live`)
  await state(live, 'open')
  const before = Number(await live.locator('#counts b').first().textContent())
  await orders.locator('[name=item]').fill('<b>Latch</b>')
  await orders.locator('#new-order button').click()
  await orders.waitForURL(`${ORDERS}/orders`)
  const shown = live.locator('#events li').filter({ hasText: '1 × <b>Latch</b>' })
  await shown.waitFor()
  t.equal(Number(await live.locator('#counts b').first().textContent()), before + 1)
  t.ok(frames.some((frame) => typeof frame === 'string' && frame.includes('Latch')))
  t.ok(frames.some((frame) => typeof frame !== 'string' && frame.length === 2))
  t.strictSame(walter.complaints, [])
})

t.test('an admin is offered what a reader is not', async (t) => {
  const ada = await somebody(t)
  const tab = await ada.open(`${ORDERS}/orders`, 'ada')
  await tab.locator('[data-remove="1001"]').click()
  await tab.locator('#notice').filter({ hasText: 'The order is removed.' }).waitFor()
  t.equal(await tab.locator('a[href="/orders/1001"]').count(), 0)
  await tab.goto(`${ORDERS}/orders/1001`)
  t.equal(await tab.locator('#problem').getAttribute('data-status'), '404')
  t.strictSame(ada.complaints, [`404 GET ${ORDERS}/orders/1001`])
})

t.test('all but Live works without JavaScript', async (t) => {
  const walter = await somebody(t, { javaScriptEnabled: false })
  const tab = await walter.open(`${ORDERS}/`)
  await tab.locator('#begin').click()
  await walter.signIn(tab, 'walter')
  await tab.waitForURL(`${ORDERS}/orders`)
  await tab.locator('[name=item]').fill('Keyhole cover')
  await tab.locator('#new-order button').click()
  await tab.locator('#orders').filter({ hasText: 'Keyhole cover' }).waitFor()
  await tab.locator('a[href="/summary"]').click()
  t.equal(await tab.locator('#report').count(), 1)
  await tab.goto(`${LIVE}/live`)
  t.match(await tab.locator('noscript').textContent(), 'needs JavaScript')
  await tab.locator('#sign-out').click()
  await tab.waitForURL(`${LIVE}/logout?*`)
  await tab.goto(`${ORDERS}/orders`)
  t.match(tab.url(), SIGN_IN)
  t.strictSame(walter.complaints, [])
})

t.test('every page has its picture, on a phone and on a desk', async (t) => {
  const rita = await somebody(t)
  const tab = await rita.open(`${ORDERS}/`)
  await picture(tab, 'welcome')
  await tab.goto(`${ORDERS}/orders`)
  await picture(tab, 'sign-in')
  await rita.signIn(tab, 'rita', 'not the password')
  await tab.locator('#error').waitFor()
  await picture(tab, 'wrong-password')
  await rita.signIn(tab, 'rita')
  await tab.waitForURL(`${ORDERS}/orders`)
  await picture(tab, 'orders-of-a-reader')
  await cluster.runJob()
  for (const [path, name] of [
    ['/orders/1002', 'order'],
    ['/summary', 'summary'],
    ['/nothing', 'not-found'],
    ['/logout', 'sign-out-confirmation'],
  ] as const) {
    await tab.goto(`${ORDERS}${path}`)
    await picture(tab, name)
  }
  await tab.goto('http://sso.localhost/')
  await picture(tab, 'issuer-home')
  await tab.goto('http://sso.localhost/authorize?client_id=nobody')
  await picture(tab, 'error')
  await tab.goto(`${LIVE}/live`)
  await state(tab, 'open')
  await tellLive()
  await tab.locator('#events li').filter({ hasText: 'Hinge' }).waitFor()
  await picture(tab, 'live-open')
  await cluster.endSessionsOf('rita')
  await tab.locator('#why').waitFor()
  await picture(tab, 'live-ended')

  const ada = await somebody(t)
  const orders = await ada.open(`${ORDERS}/orders`, 'ada')
  await orders.waitForURL(`${ORDERS}/orders`)
  await picture(orders, 'orders-of-an-admin')
  await orders.locator('#sign-out').click()
  await orders.waitForURL(`${ORDERS}/logout?*`)
  await picture(orders, 'signed-out')
  const nemo = await somebody(t)
  await picture(await nemo.open(`${ORDERS}/orders`, 'nemo'), 'forbidden')
  const chinese = await somebody(t, { locale: 'zh-CN' })
  const zh = await chinese.open(`${ORDERS}/orders`)
  await picture(zh, 'sign-in-chinese')
  t.equal(await heading(zh), '登录')
  await chinese.signIn(zh, 'walter')
  await zh.waitForURL(`${ORDERS}/orders`)
  await zh.goto(`${LIVE}/live`)
  await state(zh, 'open')
  await cluster.endSessionsOf('walter')
  await zh.locator('#why').waitFor()
  t.equal(await zh.locator('#why').textContent(), '管理员结束了您的会话。')
  await picture(zh, 'live-ended-chinese')
})

/** Walter places an order somewhere else. */
async function tellLive(): Promise<void> {
  const browser = cluster.browser()
  await browser.signIn(`${ORDERS}/orders`, 'walter')
  await browser.fetch(`${ORDERS}/orders`, {
    method: 'POST',
    headers: { origin: ORDERS, 'content-type': 'application/json' },
    body: JSON.stringify({ item: 'Hinge', quantity: '2' }),
  })
}
