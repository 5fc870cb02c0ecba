/** Writes docs/operate/configuration.md from the declared settings: node -C @latchkey/source scripts/generate-configuration.ts */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationPage } from '@latchkey/issuer'

const page = join(import.meta.dirname, '..', 'docs', 'operate', 'configuration.md')
writeFileSync(page, configurationPage())
