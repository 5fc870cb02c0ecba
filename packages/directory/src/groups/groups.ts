import { type Clock, nowSeconds, type Random } from '@latchkey/protocol'
import { fold } from '../checks/username.ts'
import type { Group, Groups } from '../directory.ts'
import { peopleOfGroup } from '../rights/people-behind.ts'
import { holderOf } from '../sql/grants.ts'
import type { Queries, Sql } from '../sql/sql.ts'
import { addMembers, listMembers, removeMembers } from './group-members.ts'
import { listGroups } from './list-groups.ts'
import { refuseChildren } from './nesting.ts'
import { readGroup, unknownGroup } from './read-groups.ts'
import { createGroup, updateGroup } from './save-group.ts'
import { countGroups, selectGroups } from './select-groups.ts'

export interface GroupsDeps {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
}

export function groupsIn(deps: GroupsDeps): Groups {
  const { sql, clock } = deps
  return {
    create: (group) =>
      sql.write(async (db) => {
        const id = await createGroup(db, deps, group)
        return (await readGroup(db, 'id', id)) as Group
      }),
    find: (id) => sql.read((db) => readGroup(db, 'id', id)),
    findByName: (name) => sql.read((db) => readGroup(db, 'name_key', fold(name).trim())),
    findByExternalId: (id) => sql.read((db) => readGroup(db, 'external_id', id)),
    update: (id, change) =>
      sql.write(async (db) => {
        await updateGroup(db, id, change, nowSeconds(clock))
        return (await readGroup(db, 'id', id)) as Group
      }),
    delete: (id) => sql.write((db) => deleteGroup(db, id)),
    list: (query) => sql.read((db) => listGroups(db, query)),
    select: async (selection) => sql.read((db) => selectGroups(db, selection)),
    count: async (query) => sql.read((db) => countGroups(db, query)),
    members: (id, query) => sql.read((db) => listMembers(db, id, query)),
    addMembers: (id, subs) => sql.write((db) => addMembers(db, id, subs)),
    removeMembers: (id, subs) => sql.write((db) => removeMembers(db, id, subs)),
    affected: (id, limit) => sql.read((db) => peopleOfGroup(db, id, limit)),
  }
}

async function deleteGroup(db: Queries, id: string): Promise<void> {
  await refuseChildren(db, id)
  const result = await db.deleteFrom('groups').where('id', '=', id).executeTakeFirst()
  if (result.numDeletedRows === 0n) throw unknownGroup(id)
  await db.deleteFrom('grants').where('holder', '=', holderOf.group(id)).execute()
}
