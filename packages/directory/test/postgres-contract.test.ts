/** The same suite as on SQLite, in one process: what a directory promises does not depend on its engine. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { chooseEngine } from './fixtures/chosen-engine.ts'

chooseEngine('postgres')
const files = globSync(join(import.meta.dirname, '*.test.ts')).sort()
for (const file of files) {
  if (/\/(?:sqlite|postgres)[^/]*$/.test(file)) continue
  if (/fixtures\/open-directory/.test(readFileSync(file, 'utf8'))) await import(file)
}
