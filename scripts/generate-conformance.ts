/** Writes the tables of packages/conformance/README.md: node -C @latchkey/source scripts/generate-conformance.ts */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { completeReadme } from '@latchkey/conformance'

const page = join(import.meta.dirname, '..', 'packages', 'conformance', 'README.md')
writeFileSync(page, completeReadme(readFileSync(page, 'utf8')))
