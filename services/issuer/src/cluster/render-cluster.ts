import { Document, isMap, isSeq } from 'yaml'
import { DECLARED_LISTS } from '../settings/declarations.ts'
import type { ClusterDocument } from './read-cluster.ts'

/** Where editors find what a settings file may say: docs/latchkey.schema.json. */
export const SCHEMA_LINE = '# yaml-language-server: $schema=latchkey.schema.json'

const HEAD = ` What this installation declares, as it was exported. Planned against the same directory it changes nothing:

   latchkey plan FILE     shows what would change
   latchkey apply FILE    makes it so, and marks what stands here as owned by this file

 Secrets and passwords are not in it. Where a client names no secret, the stored one stays.
 To set one: secret_file or secret_env. latchkey schema > latchkey.schema.json lets editors help.`

/** The text of a cluster file. */
export function renderCluster(cluster: ClusterDocument): string {
  const lists = DECLARED_LISTS.filter((list) => (cluster[list] ?? []).length > 0)
  const document = new Document(Object.fromEntries(lists.map((list) => [list, cluster[list]])), {
    version: '1.2',
    schema: 'core',
    // One object may stand in several places: no names for that.
    aliasDuplicateObjects: false,
  })
  for (const list of lists) spaceOut(document.get(list))
  const text =
    lists.length === 0 ? '' : document.toString({ lineWidth: 0, flowCollectionPadding: false })
  const head = HEAD.split('\n').map((line) => `#${line}`.trimEnd())
  return `${[SCHEMA_LINE, ...head].join('\n')}\n\n${text}`
}

/** Short lists stand on one line, as people write them; a client that has a secret says that it stays. */
function spaceOut(entries: unknown): void {
  if (!isSeq(entries)) return
  for (const entry of entries.items) {
    if (!isMap(entry)) continue
    for (const { value } of entry.items) {
      if (isSeq(value) && value.items.length <= 3) value.flow = true
    }
  }
}
