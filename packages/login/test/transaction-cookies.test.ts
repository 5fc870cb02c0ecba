import t from 'tap'
import { BASE, world } from './app.ts'
import { setCookies } from './browser.ts'

t.test('several tabs sign in at once; too many push out the oldest', async (t) => {
  const w = await world(t)
  const redirects = []
  for (let tab = 1; tab <= 7; tab++) {
    redirects.push(await w.browser.visit(`/orders/${tab}`))
    w.clock.advance(1)
    t.equal(w.browser.jar.size, Math.min(tab, 5))
  }
  const [first, , third, , , , last] = redirects
  if (first === undefined || third === undefined || last === undefined) return
  t.equal((await w.browser.throughIssuer(last)).headers.location, `${BASE}/orders/7`)
  t.equal((await w.browser.throughIssuer(third)).headers.location, `${BASE}/orders/3`)
  t.equal((await w.browser.throughIssuer(first)).headers.location, `${BASE}/`, 'forgotten')

  t.test('and long addresses share the space that the header block leaves', async (t) => {
    const browser = w.newBrowser()
    for (let tab = 1; tab <= 5; tab++) {
      await browser.visit(`/orders/${tab}?${'x'.repeat(1000)}`)
      w.clock.advance(1)
      const chars = [...browser.jar].reduce(
        (sum, [name, value]) => sum + name.length + value.length,
        0,
      )
      t.ok(browser.jar.size >= 1 && chars <= 3000, `${chars} characters`)
    }
    browser.jar.set('__Host-latchkey-tx.nonsense', 'x')
    const answer = await browser.visit('/orders')
    t.ok(setCookies(answer).some((line) => line.startsWith('__Host-latchkey-tx.nonsense=;')))
  })
})
