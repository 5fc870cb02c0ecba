import { readFileSync } from 'node:fs'
import t from 'tap'
import { deepLink } from '../src/deep-link.ts'
import { BASE, world } from './app.ts'

const OWN = ['/Auth/login', '/Auth/logout']
const LIST = import.meta.resolve('@latchkey/protocol/fixtures/open-redirect-payloads.txt')
const PAYLOADS = readFileSync(new URL(LIST), 'utf8').split('\n').slice(0, -1)

t.test('a canonical path of this app is where the person returns', (t) => {
  const kept: readonly [rule: string, text: string][] = [
    ['the first page', '/'],
    ['a path', '/orders/7'],
    ['a query', '/orders?page=2&sort=-date'],
    ['a fragment', '/orders#last'],
    ['an address inside the query', '/orders?from=https://evil.example//x'],
    ['encoded characters', '/orders/caf%C3%A9%20au%20lait?q=%2F%2Fx'],
    ['a double slash further on', '/orders//7'],
    ['an @ and a colon in the path', '/orders/@ada:7'],
    ['a path that only begins like ours', '/auth/logins'],
    ['1,024 characters', `/${'a'.repeat(1023)}`],
  ]
  for (const [rule, text] of kept) t.equal(deepLink(text, OWN), text, rule)
  t.end()
})

t.test('everything else is not', (t) => {
  const refused: readonly [rule: string, text: unknown][] = [
    ['nothing', undefined],
    ['several', ['/orders', '/']],
    ['an empty text', ''],
    ['a relative path', 'orders'],
    ['another origin', 'https://evil.example/'],
    ['our origin: it is added again anyway', `${BASE}/orders`],
    ['an origin without scheme', '//evil.example'],
    ['a backslash instead', '/\\evil.example'],
    ['a backslash anywhere', '/orders\\7'],
    ['a tab that browsers drop', '/\t/evil.example'],
    ['a line end that browsers drop', '/\n/evil.example'],
    ['a line end for a header', '/orders\r\nset-cookie: a=b'],
    ['a space at the end', '/orders '],
    ['a NUL', '/orders\0'],
    ['dot segments', '/orders/../x'],
    ['dot segments that leave a double slash', '/.//evil.example'],
    ['encoded dot segments', '/orders/%2e%2e//evil.example'],
    ['letters that must be encoded', '/café'],
    ['half a surrogate', '/orders?\ud800'],
    ['a broken encoding', '/orders/%zz'],
    ['markup', '/<script>'],
    ['1,025 characters', `/${'a'.repeat(1024)}`],
    ['our sign-in, which would begin again', '/Auth/login'],
    ['… with a query', '/auth/login?next=/auth/login'],
    ['… below it', '/auth/login/callback'],
    ['… in other letters', '/AUTH/Login'],
    ['… encoded', '/auth/%6cogin'],
    ['… with an encoded slash', '/auth%2Flogin'],
    ['… with slashes more', '/auth//login/'],
    ['our sign-out', '/auth/logout'],
  ]
  for (const [rule, text] of refused) t.equal(deepLink(text, OWN), undefined, rule)
  t.end()
})

t.test('attack C3: no payload of the open-redirect list leads a browser off the app', (t) => {
  t.equal(PAYLOADS.length, 834)
  let kept = 0
  for (const payload of PAYLOADS) {
    for (const text of [payload, `/${payload}`, decoded(payload)]) {
      const link = deepLink(text, OWN)
      if (link === undefined) continue
      kept++
      // Both ways in which it could be used: after our origin, and by itself on a page of the app.
      for (const url of [new URL(BASE + link), new URL(link, `${BASE}/somewhere/else`)]) {
        if (url.origin !== BASE) t.fail(`${text} leads to ${url.origin}`)
      }
    }
  }
  t.ok(kept > 0 && kept < PAYLOADS.length, `${kept} of them are paths of the app`)
  t.end()
})

t.test('attack C3 over HTTP: /login?next= leads nowhere else', async (t) => {
  const w = await world(t)
  const samples = PAYLOADS.filter((_, index) => index % 20 === 0)
  for (const payload of [...samples, '//evil.example', '/\\evil.example', '/\t/evil.example']) {
    const browser = w.newBrowser()
    const redirect = await browser.visit(`/login?next=${encodeURIComponent(payload)}`)
    const back = await browser.throughIssuer(redirect)
    t.equal(new URL(String(back.headers.location)).origin, BASE, JSON.stringify(payload))
    t.ok(String(back.headers.location).startsWith(`${BASE}/`))
  }
  const twice = await w.browser.visit('/login?next=/orders&next=/orders')
  t.equal((await w.browser.throughIssuer(twice)).headers.location, `${BASE}/`)
  const once = await w.browser.visit('/login?next=/orders/7%3Fa%3Db')
  t.equal((await w.browser.throughIssuer(once)).headers.location, `${BASE}/orders/7?a=b`)
})

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
