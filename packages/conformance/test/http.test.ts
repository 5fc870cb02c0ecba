import { createServer } from 'node:http'
import t from 'tap'
import { browser } from '../src/http/browser.ts'
import { cookieJar } from '../src/http/cookie-jar.ts'
import { exchange } from '../src/http/exchange.ts'
import { formsOf } from '../src/http/html-form.ts'

t.test('cookies go back to their host and path, and end when they are told to', async (t) => {
  const jar = cookieJar()
  const at = (path: string) => new URL(`https://sso.example${path}`)
  jar.keep(at('/sign-in/page'), ['a=1; Path=/; HttpOnly', 'b=2', 'c=3; Path=/other'])
  t.equal(jar.header(at('/')), 'a=1')
  t.equal(jar.header(at('/sign-in/next')), 'b=2; a=1')
  t.equal(jar.header(at('/sign-ins')), 'a=1')
  t.equal(jar.header(at('/other/x')), 'c=3; a=1')
  t.equal(jar.header(new URL('https://other.example/')), undefined)
  jar.keep(at('/'), ['a=; Max-Age=0; Path=/'])
  t.equal(jar.header(at('/')), undefined)
  jar.keep(at('/sign-in/page'), ['b=; Expires=Thu, 01 Jan 1970 00:00:00 GMT'])
  t.equal(jar.header(at('/sign-in/x')), undefined)
  t.equal(jar.received().length, 5)
})

t.test(
  'forms are read without scripts: fields, buttons, and buttons outside of their form',
  async (t) => {
    const page = `<form action="/go?a=1&amp;b=2" method="post" id="f">
<input type="hidden" name="csrf" value="&quot;x&#39;&#x3D;"><input name=user>
<input type="checkbox" name="keep" checked><input type="checkbox" name="not">
<button name="decision" value="allow">Yes</button><button type="button" name="no">No</button></form>
<form><input type="submit" name="go" value="Go"></form><button form="f" name="abort" value="yes">`
    t.same(formsOf(page), [
      {
        action: '/go?a=1&b=2',
        method: 'POST',
        fields: new Map([
          ['csrf', '"x\'='],
          ['user', ''],
          ['keep', 'on'],
        ]),
        buttons: [
          { name: 'decision', value: 'allow' },
          { name: 'abort', value: 'yes' },
        ],
      },
      { action: '', method: 'GET', fields: new Map(), buttons: [{ name: 'go', value: 'Go' }] },
    ])
  },
)

t.test('requests go out as they are written, to where the issuer is reached', async (t) => {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.headers.host} ${request.url}`)
    response.setHeader('set-cookie', 'a=1; Path=/')
    response.end(request.headers.cookie ?? '')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as { port: number }
  const addresses = new Map([['https://sso.example', `http://127.0.0.1:${port}`]])
  const send = exchange({ addresses, timeoutMs: 1000 })
  await send({ url: 'https://sso.example/a/../b?x=%zz#part' })
  await send({ method: 'POST', url: `http://sso.localhost:${port}`, body: 'x' })
  t.same(seen, ['GET sso.example /a/../b?x=%zz', `POST sso.localhost:${port} /`])
  const person = browser(send)
  t.equal((await person.open('https://sso.example/')).text, '')
  t.equal((await person.open('https://sso.example/')).text, 'a=1')
})
