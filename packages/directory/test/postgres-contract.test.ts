/** The same suite as on SQLite, in one process: what a directory promises does not depend on its engine. */
import { chooseEngine } from './fixtures/chosen-engine.ts'

chooseEngine('postgres')
for (const name of [
  'attributes',
  'client-metadata',
  'client-records',
  'client-secrets',
  'clients',
  'declared',
  'groups',
  'look-alikes',
  'passwords',
  'records',
  'remembered',
  'removed-services',
  'services',
  'standard-claims',
  'streams',
  'users',
]) {
  await import(`./${name}.test.ts`)
}
