import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { chromium } from 'playwright-core'
import t from 'tap'
import { pageHeaders } from '../../src/pages/page-headers.ts'
import { signInPage } from '../../src/pages/sign-in-page.ts'

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
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  })
  t.teardown(async () => {
    await browser.close()
    server.close()
  })
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
