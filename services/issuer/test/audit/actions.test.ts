import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const ROOT = join(import.meta.dirname, '../../../..')

/** Actions of the table in the manual. */
const documented = new Set(
  [...read('docs/operate/audit.md').matchAll(/^\| `([a-z_.]+)` \| /gm)].map(([, action]) => action),
)
const subjects = new Set([...documented].map((action) => action?.split('.')[0]))

function read(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8')
}

/** Every text of the source that is an action or begins one: `user.create`, `key.${action}`. */
function actionsInSource(): Set<string> {
  const files = ['services/issuer/src', 'packages/directory/src'].flatMap((folder) =>
    globSync('**/*.ts', { cwd: join(ROOT, folder) }).map((file) => join(folder, file)),
  )
  const found = files.flatMap((file) => [
    ...read(file).matchAll(/['`]([a-z_]+)\.([a-z_]+|\$\{action\})['`]/g),
  ])
  const actions = found.filter(([, subject]) => subjects.has(subject))
  return new Set(actions.map(([, subject, verb]) => `${subject}.${verb}`))
}

/** What a file declares is recorded as `<kind>.create` and `<kind>.update`. */
const DECLARED = ['user', 'group', 'role', 'client', 'service'].flatMap((kind) => [
  `${kind}.create`,
  `${kind}.update`,
])

t.test('every action stands in the manual, and every action of the manual exists', (t) => {
  const source = actionsInSource()
  for (const action of source) {
    // The verbs of a template stand in the table by themselves.
    if (!action.includes('$')) t.ok(documented.has(action), `${action} is in docs/operate/audit.md`)
  }
  for (const action of documented) {
    const [subject, verb] = action?.split('.') ?? []
    if (verb === undefined) continue
    const isMade = source.has(`${action}`) || source.has(`${subject}.\${action}`)
    t.ok(isMade || DECLARED.includes(`${action}`), `${action} is in the source`)
  }
  t.ok(source.size > 30)
  t.end()
})
