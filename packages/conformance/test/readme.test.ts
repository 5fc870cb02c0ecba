import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { MODULES } from '../src/modules/modules.ts'
import { NOT_APPLICABLE } from '../src/requirements/not-applicable.ts'
import { completeReadme } from '../src/requirements/requirements-table.ts'
import { SUITES } from '../src/suites/suites.ts'
import { DIFFERENCES } from './control/differences.ts'
import { MODULE_NAMES } from './fixtures/module-names.ts'

const README = readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8')
const RULES = SUITES.flatMap(({ rules }) => rules)

t.test('the README lists every rule and every reason, as the source has them', async (t) => {
  const hint = 'node -C @latchkey/source scripts/generate-conformance.ts'
  t.equal(README, completeReadme(README), hint)
})

t.test('the README says who is right about each difference, and about no other', async (t) => {
  const section = /## Where issuers differ([\s\S]*?)\n## /.exec(README)?.[1] ?? ''
  const rows = [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, id]) => id)
  t.same(rows, Object.keys(DIFFERENCES))
  for (const line of section.split('\n').filter((one) => one.startsWith('| `'))) {
    t.match(line, /\| (?:RFC \d+|Core|FAPI 2\.0) §/, line)
  }
})

t.test('each rule has an id of its own, in its suite, with a section and a sentence', async (t) => {
  t.equal(new Set(RULES.map(({ id }) => id)).size, RULES.length)
  for (const { name, rules } of SUITES) {
    for (const { id, spec, title } of rules) {
      t.match(id, new RegExp(`^${name}\\.[a-z0-9-]+$`), id)
      t.match(spec, /§/, `${id} names its section`)
      t.match(title, /\.$/, `${id} is a sentence`)
    }
  }
  for (const { spec, reason } of NOT_APPLICABLE) t.ok(reason.endsWith('.'), spec)
})

t.test('each module of the plans is there, and consists of rules that exist', async (t) => {
  const ids = new Set(RULES.map(({ id }) => id))
  t.same(
    MODULES.map(({ name }) => name),
    MODULE_NAMES,
  )
  for (const { name, rules } of MODULES) {
    t.ok(rules.length > 0, name)
    t.same(
      rules.filter((id) => !ids.has(id)),
      [],
      name,
    )
  }
})
