import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { chromium } from 'playwright-core'
import t from 'tap'
import { FORM_POST_SCRIPT_HASH, formPostPage } from '../../src/pages/form-post-page.ts'
import { newPasswordPage } from '../../src/pages/new-password-page.ts'
import { pageHeaders } from '../../src/pages/page-headers.ts'
import { signInPage } from '../../src/pages/sign-in-page.ts'
import { signedOutPage } from '../../src/pages/signed-out-page.ts'

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
})
t.teardown(() => browser.close())

/** The sign-in page as a server; a post is answered like a finished sign-in: 303 to the app. */
async function serve() {
  const posts: { body: string; fetchSite: unknown }[] = []
  const app = createServer((_, response) => response.end('the app')).listen(0, '127.0.0.1')
  await once(app, 'listening')
  const redirectUri = `http://a.localhost:${(app.address() as AddressInfo).port}/callback`
  const issuer = createServer(async (request, response) => {
    if (request.method === 'POST') {
      posts.push({ body: await text(request), fetchSite: request.headers['sec-fetch-site'] })
      response.writeHead(303, { location: redirectUri }).end()
      return
    }
    const page = signInPage({
      locale: 'en',
      clientName: 'Orders',
      action: '/sign-in',
      hidden: { csrf: 'c1' },
    })
    response.writeHead(200, pageHeaders({ formAction: [redirectUri] })).end(page)
  }).listen(0, '127.0.0.1')
  await once(issuer, 'listening')
  const address = `http://sso.localhost:${(issuer.address() as AddressInfo).port}/`
  const close = () => [app, issuer].map((server) => server.close().closeAllConnections())
  return { address, redirectUri, posts, close }
}

t.test('the sign-in page works in Chromium without JavaScript, under its own policy', async (t) => {
  const server = await serve()
  t.teardown(server.close)
  const context = await browser.newContext({
    javaScriptEnabled: false,
    viewport: { width: 390, height: 844 },
  })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  await page.goto(server.address)

  const button = await page.locator('#sign-in').boundingBox()
  t.ok(button !== null && button.width > 300 && button.height >= 44, 'the style sheet applies')
  await page.keyboard.type('ada')
  await page.keyboard.press('Tab')
  await page.keyboard.type('correct horse')
  await page.keyboard.press('Enter')
  await page.waitForURL(server.redirectUri)
  t.same(
    [...new URLSearchParams(server.posts[0]?.body)],
    [
      ['csrf', 'c1'],
      ['username', 'ada'],
      ['password', 'correct horse'],
      ['sign-in', '1'],
    ],
    'the keyboard alone is enough',
  )
  t.equal(server.posts[0]?.fetchSite, 'same-origin')
  t.same(complaints, [], 'nothing was refused by the policy')
})

t.test(
  'the page for a new password shows two fields, and tells the keeper of passwords whose',
  async (t) => {
    const context = await browser.newContext({ viewport: { width: 390, height: 844 } })
    const tab = await context.newPage()
    await tab.setContent(
      newPasswordPage({
        ...{ locale: 'en', user: { username: 'ada', name: 'Ada' }, least: 8 },
        ...{ action: '/sign-in/new-password', hidden: { csrf: 'c1' } },
      }),
    )
    const inputs = await tab.locator('input:visible').all()
    const shown = await Promise.all(inputs.map((one) => one.getAttribute('id')))
    t.same(shown, ['new-password', 'new-password-again'])
    t.equal(await tab.locator('input[autocomplete=username]').inputValue(), 'ada')
    await context.close()
  },
)

/** A response by form_post as a server, and the app that it is posted to. */
async function serveFormPost() {
  const posts: string[] = []
  const app = createServer(async (request, response) => {
    posts.push(`${request.method} ${request.url} ${await text(request)}`)
    response.end('the app')
  }).listen(0, '127.0.0.1')
  await once(app, 'listening')
  const action = `http://a.localhost:${(app.address() as AddressInfo).port}/callback?x=1`
  const issuer = createServer((_, response) => {
    const headers = pageHeaders({ formAction: [action], script: FORM_POST_SCRIPT_HASH })
    const fields = { code: 'c 1', state: 's"<>' }
    response.writeHead(200, headers).end(formPostPage({ locale: 'en', action, fields }))
  }).listen(0, '127.0.0.1')
  await once(issuer, 'listening')
  const address = `http://sso.localhost:${(issuer.address() as AddressInfo).port}/`
  const close = () => [app, issuer].map((server) => server.close().closeAllConnections())
  return { address, action, posts, close }
}

t.test('Form Post Response Mode: the form goes by itself, and by its button', async (t) => {
  const server = await serveFormPost()
  t.teardown(server.close)
  const answer = 'POST /callback?x=1 code=c+1&state=s%22%3C%3E'
  for (const [javaScriptEnabled, expected] of [
    [true, answer],
    [false, `${answer}&continue=1`],
  ] as const) {
    const page = await (await browser.newContext({ javaScriptEnabled })).newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await page.goto(server.address)
    if (!javaScriptEnabled) await page.click('#continue')
    await page.waitForURL(server.action)
    const posts = server.posts.splice(0).filter((post) => post.startsWith('POST'))
    t.same(posts, [expected], `scripts ${javaScriptEnabled ? 'on' : 'off'}`)
    t.same(complaints, [], 'nothing was refused by the policy')
  }
})

/** The page after signing out as a server, with frames of an app that its policy names and of one that it does not. */
async function serveSignedOut() {
  const asked: { url: string | undefined; dest: unknown; referer: unknown }[] = []
  const app = createServer((request, response) => {
    const { referer, 'sec-fetch-dest': dest } = request.headers
    asked.push({ url: request.url, dest, referer })
    response.setHeader('content-type', 'text/html')
    response.end('<script>top.location = "/elsewhere"</script>')
  }).listen(0, '127.0.0.1')
  await once(app, 'listening')
  const { port } = app.address() as AddressInfo
  const frames = [`http://a.localhost:${port}/out?sid=s`, `http://b.localhost:${port}/out`]
  const issuer = createServer((request, response) => {
    const next = { url: '/logout/status', afterSeconds: 1 }
    const isFirst = request.url === '/'
    const page = signedOutPage({ locale: 'en', ...(isFirst && { frames, next }) })
    response.writeHead(200, pageHeaders({ frames: frames.slice(0, 1) })).end(page)
  }).listen(0, '127.0.0.1')
  await once(issuer, 'listening')
  const address = `http://sso.localhost:${(issuer.address() as AddressInfo).port}/`
  const close = () => [app, issuer].map((server) => server.close().closeAllConnections())
  return { address, asked, close }
}

t.test(
  'Front-Channel Logout: frames are loaded unseen, and cannot take the page away',
  async (t) => {
    const server = await serveSignedOut()
    t.teardown(server.close)
    const page = await (await browser.newContext()).newPage()
    await page.goto(server.address)
    t.equal(await page.locator('iframe').first().isVisible(), false)
    await page.waitForURL(`${server.address}logout/status`)
    const asked = server.asked.filter(({ url }) => url !== '/favicon.ico')
    t.strictSame(
      asked,
      [{ url: '/out?sid=s', dest: 'iframe', referer: undefined }],
      'only what the policy names, and nobody hears from where',
    )
  },
)
