/** `npm run sizes`: writes how large tokens are into the pages that say so. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PAGES, tokenSizes, withSizes } from './token-sizes.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const sizes = tokenSizes()
console.table(sizes)
for (const name of PAGES) {
  const page = join(ROOT, name)
  writeFileSync(page, withSizes(readFileSync(page, 'utf8'), sizes))
}
