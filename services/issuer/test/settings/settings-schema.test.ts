import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Compile } from 'typebox/schema'
import { parse } from 'yaml'
import { readClusterFile } from '../../src/cluster/cluster-file.ts'
import { renderCluster } from '../../src/cluster/render-cluster.ts'
import { settingsSchema, settingsSchemaText } from '../../src/settings/settings-schema.ts'
import { arbitraryCluster } from '../fixtures/arbitrary-cluster.ts'

const DOCS = join(import.meta.dirname, '..', '..', '..', '..', 'docs')
const validator = Compile(settingsSchema())
const isValid = (value: unknown) => validator.Check(value)

t.test('docs/latchkey.schema.json is what the declarations say', async (t) => {
  const text = readFileSync(join(DOCS, 'latchkey.schema.json'), 'utf8')
  t.equal(text, settingsSchemaText(), 'run scripts/generate-configuration.ts when this fails')
})

t.test('the schema takes every example of the manual', async (t) => {
  for (const name of readdirSync(join(DOCS, 'operate', 'examples'))) {
    const text = readFileSync(join(DOCS, 'operate', 'examples', name), 'utf8')
    if (!/^issuer:/m.test(text)) continue
    t.ok(isValid(parse(text)), name)
  }
})

t.test('the worked example of the cluster file is one', async (t) => {
  const page = readFileSync(join(DOCS, 'operate', 'cluster-file.md'), 'utf8')
  const example = /```yaml\n(# yaml-language-server[\s\S]*?)```/.exec(page)?.[1] ?? ''
  t.ok(isValid(parse(example)))
  // The secret is read where the command runs.
  const text = example.replace('secret_file: secrets/orders.secret', 'secret_env: ORDERS_SECRET')
  const env = { ORDERS_SECRET: 'x'.repeat(40) }
  const { document } = readClusterFile({ text, name: 'cluster.yaml', folder: '/', env })
  t.equal(document.users?.length, 1)
})

t.test('the schema is never stricter than the issuer', async (t) => {
  for (let seed = 0; seed < 50; seed++) {
    const text = renderCluster(arbitraryCluster(`schema ${seed}`))
    readClusterFile({ text, name: 'cluster.yaml', folder: '/', env: {} })
    t.ok(isValid(parse(text)), text)
  }
  t.ok(isValid(parse('users:\nsession:\n')), 'a name without a value counts as absent')
})

t.test('the schema finds slips', async (t) => {
  const slips: [slip: string, text: string][] = [
    ['a misspelt list', 'user: []'],
    ['a misspelt member', 'users: [{ username: a, emial: a@b.example }]'],
    ['no name', 'users: [{ name: A }]'],
    [
      'text for a number',
      'services: [{ audience: "https://a.example", access_token_seconds: "60" }]',
    ],
    [
      'a number out of range',
      'services: [{ audience: "https://a.example", access_token_seconds: 1 }]',
    ],
    ['another choice', 'services: [{ audience: "https://a.example", alg: none }]'],
    ['a grant without its service', 'roles: [{ name: a, grants: [GET /] }]'],
    [
      'a day for a time',
      'roles: [{ name: a, grants: { b: [{ grant: GET /, until: 2027-01-31 }] } }]',
    ],
    ['a secret as a list', 'clients: [{ client_id: a, secret_file: [x] }]'],
  ]
  for (const [slip, text] of slips) t.notOk(isValid(parse(text)), slip)
})
