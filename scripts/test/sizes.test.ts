import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { PAGES, tokenSizes, withSizes } from '../sizes/token-sizes.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const sizes = tokenSizes()

t.test('the tables of token sizes are those that npm run sizes writes', async (t) => {
  for (const name of PAGES) {
    const page = readFileSync(join(ROOT, name), 'utf8')
    t.equal(withSizes(page, sizes), page, name)
  }
  t.throws(() => withSizes('no marks', sizes))
})

t.test('a token for 4,000 routes, half of them granted, has less than 1.6 KB', async (t) => {
  const [largest] = sizes.slice(-1)
  t.match(largest, { routes: 4000, form: 'bitmap' })
  t.ok(Number(largest?.token) < 1600, `${largest?.token} bytes`)
})
