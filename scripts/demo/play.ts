/** The story: sign in once, use three services, end the session everywhere. */
import { type HttpBrowser, httpBrowser } from '@latchkey/testkit'
import type { DemoAddresses, DemoSecrets, DemoUser } from '../cluster/demo-cluster.ts'
import { adminOf } from './admin.ts'
import { type LiveSocket, openLive } from './live-socket.ts'
import { refreshed, silentTokens } from './native-app.ts'
import { untilRefused, type Watched } from './refusals.ts'
import { expect, type Story, story } from './story.ts'

export interface PlayOptions {
  readonly addresses: DemoAddresses
  readonly secrets: DemoSecrets
  readonly dataDir: string
  readonly print: (line: string) => void
}

/** True when every step held. */
export async function play(options: PlayOptions): Promise<boolean> {
  const { addresses, secrets, print } = options
  const { ports } = addresses
  const hosts = new Map(
    ([addresses.issuer, addresses.orders, addresses.reports, addresses.live] as const).map(
      (url) => [new URL(url).host, Number(new URL(url).port)] as const,
    ),
  )
  const passwordOf = (username: string) => secrets.passwords[username as DemoUser]
  const browser = httpBrowser({ hosts, passwordOf })
  const tale = story(print)
  print(`Rita opens ${addresses.orders}; the issuer is ${addresses.issuer}\n`)
  await signingIn(tale, browser, options)
  await tabs(tale, browser, options)
  await ending(tale, browser, options)
  print('')
  print(
    tale.failed === 0
      ? 'Every step held.'
      : `${tale.failed} steps did not hold (ports ${ports.issuer} to ${ports.live}).`,
  )
  return tale.failed === 0
}

async function signingIn(tale: Story, browser: HttpBrowser, options: PlayOptions): Promise<void> {
  const { addresses } = options
  const { orders, live } = addresses
  await tale.step('sign in once, over the redirects', async () => {
    const page = await browser.signIn(`${orders}/orders/1001`, 'rita')
    expect(page.url === `${orders}/orders/1001`, `ended at ${placeOf(page)} with ${page.status}`)
    return 'back at the deep link'
  })
  await tale.step('open Orders', async () => {
    const page = await browser.open(`${orders}/orders`)
    expect(page.status === 200 && page.url === `${orders}/orders`, `answered ${page.status}`)
    return '200'
  })
  await tale.step('open Live, on another domain', async () => {
    const page = await browser.open(`${live}/live`)
    expect(page.status === 200 && page.url === `${live}/live`, `ended at ${placeOf(page)}`)
    return '200, no second password'
  })
  await tale.step('Orders calls Reports for Rita', async () => {
    const page = await browser.fetch(`${orders}/summary`, { headers: { accept: '*/*' } })
    expect(page.status === 200, `answered ${page.status}`)
    const report = page.json() as { for: string; calledBy: string }
    expect(report.calledBy === 'svc:orders', `called by ${report.calledBy}`)
    expect(report.for.startsWith('u_'), `for ${report.for}`)
    return `for her, by ${report.calledBy}`
  })
  await tale.step('place an order: the route is not granted', async () => {
    const page = await browser.fetch(`${orders}/orders`, {
      method: 'POST',
      headers: { origin: orders, 'content-type': 'application/json' },
      body: JSON.stringify({ item: 'Hinge', quantity: '1' }),
    })
    expect(page.status === 403, `answered ${page.status}`)
    return '403 insufficient_scope'
  })
}

async function tabs(tale: Story, browser: HttpBrowser, options: PlayOptions): Promise<void> {
  const { addresses } = options
  await tale.step('two tabs refresh with the same token at once', async () => {
    const { refresh_token } = await silentTokens(browser, addresses, addresses.orders)
    const [one, two] = await Promise.all([
      refreshed(addresses, refresh_token),
      refreshed(addresses, refresh_token),
    ])
    expect(one.refresh_token === two.refresh_token, 'the tabs got different successors')
    await refreshed(addresses, one.refresh_token)
    return 'the same successor'
  })
}

async function ending(tale: Story, browser: HttpBrowser, options: PlayOptions): Promise<void> {
  const { addresses, dataDir } = options
  const admin = adminOf(dataDir)
  const watched: Watched[] = []
  const sids: string[] = []
  const sockets: LiveSocket[] = []
  await tale.step('the admin finds the session', async () => {
    const sessions = await admin.sessionsOf(await admin.subOf('rita'))
    const sid = sessionOf(browser, addresses)
    expect(
      sessions.some((session) => session.sid === sid),
      'the session is not listed',
    )
    sids.push(sid)
    for (const [name, path] of [
      ['orders', '/orders'],
      ['reports', '/reports/daily'],
      ['live', '/live'],
    ] as const) {
      const { access_token } = await silentTokens(browser, addresses, addresses[name])
      const { host } = new URL(addresses[name])
      watched.push({ name, port: addresses.ports[name], host, path, token: access_token })
    }
    return `${sessions.length} open`
  })
  await tale.step("Live's socket shows what happens", async () => {
    const socket = await openLive(browser, addresses)
    sockets.push(socket)
    return `${socket.texts} text, ${socket.binaries} binary frames`
  })
  await tale.step('the admin ends the session', async () => {
    const [sid = ''] = sids
    const [socket] = sockets
    expect(socket !== undefined && watched.length === 3, 'the steps before did not hold')
    const from = performance.now()
    const refusals = Promise.all(watched.map((one) => untilRefused(one, from)))
    const closed = socket.closed.then((code) => ({ code, ms: performance.now() - from }))
    await admin.endSession(sid)
    const ended = performance.now() - from
    const [all, close] = [await refusals, await closed]
    expect(close.code === 4401, `the socket closed with ${close.code}`)
    const refused = all.map(({ name, ms }) => `${name} ${ms.toFixed(0)}`).join(', ')
    const places = `over after ms: ${refused}, live's socket ${close.ms.toFixed(0)}`
    return `answered after ${ended.toFixed(0)} ms\n${' '.repeat(12)}${places}`
  })
  await tale.step('the next click leads to sign-in', async () => {
    const page = await browser.open(`${addresses.orders}/orders`)
    expect(page.url.startsWith(`${addresses.issuer}/authorize`), `ended at ${placeOf(page)}`)
    return 'asked for the password'
  })
}

/** Without the query: it is long, and tells nobody anything. */
function placeOf({ url }: { readonly url: string }): string {
  const { origin, pathname } = new URL(url)
  return origin + pathname
}

function sessionOf(browser: HttpBrowser, addresses: DemoAddresses): string {
  const cookie = browser.cookies.get(new URL(addresses.issuer).host, '__Host-latchkey-session')
  return cookie?.split('.')[0] ?? ''
}
