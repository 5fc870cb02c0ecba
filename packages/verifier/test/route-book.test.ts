import t from 'tap'
import { routeBook } from '../src/route-book.ts'

const pattern = (i: number) => `/r${i}`

t.test('the first 31 routes that are asked for have numbers, and are kept', async (t) => {
  for (const published of [false, true]) {
    const book = routeBook()
    const routes = Array.from({ length: 40 }, (_, i) => ({
      method: 'GET',
      pattern: pattern(39 - i),
    }))
    if (published) book.publish(routes)
    const found = routes.map((_, i) => book.find('GET', pattern(i)))
    t.same(
      found.map((known) => known?.number),
      routes.map((_, i) => Math.min(i, 31)),
      `published: ${published}`,
    )
    t.equal(book.find('GET', pattern(30)), found[30])
  }
})

t.test('without a catalogue nothing is kept about further routes, however many', async (t) => {
  const book = routeBook()
  for (let i = 0; i < 31; i++) book.find('GET', pattern(i))
  const nameless = book.find('GET', '/x')
  t.equal(book.find('POST', '/y'), nameless)
  t.match(nameless, { number: 31, mostCovering: 0 })
})

t.test('with a catalogue all others are closed, and numbers begin anew', async (t) => {
  const book = routeBook()
  for (let i = 0; i < 31; i++) book.find('GET', pattern(i))
  book.publish([
    { method: 'GET', pattern: '/a' },
    { method: 'HEAD', pattern: '/b' },
  ])
  t.equal(book.find('GET', pattern(0)), undefined)
  t.equal(book.find('POST', '/a'), undefined)
  t.match(book.find('GET', '/b'), { number: 0 })
  t.match(book.find('GET', '/a'), { number: 1 })
})
