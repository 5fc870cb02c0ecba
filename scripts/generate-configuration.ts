/**
 * Writes docs/operate/configuration.md and docs/latchkey.schema.json from the declared settings:
 * node -C @latchkey/source scripts/generate-configuration.ts
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationPage, settingsSchemaText } from '@latchkey/issuer'

const docs = join(import.meta.dirname, '..', 'docs')
writeFileSync(join(docs, 'operate', 'configuration.md'), configurationPage())
writeFileSync(join(docs, 'latchkey.schema.json'), settingsSchemaText())
