/** Writes the table of commands into docs/operate/command-line.md: node -C @latchkey/source scripts/generate-command-table.ts */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandTable } from '@latchkey/cli'

const file = join(import.meta.dirname, '..', 'docs', 'operate', 'command-line.md')
const page = readFileSync(file, 'utf8')
writeFileSync(
  file,
  page.replace(/\| command \|[\s\S]*?\n\n/, () => `${commandTable()}\n`),
)
