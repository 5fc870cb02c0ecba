import { InputError } from '@latchkey/protocol'
import { SOME_NAMES_ROWS, someNames } from '../checks/some-names.ts'
import { quoted } from '../checks/text.ts'
import { holderOf } from '../sql/grants.ts'
import type { Queries } from '../sql/sql.ts'

/** See `Roles.remove`. Users and groups refer to it, so that one who is given it at the same time is not forgotten. */
export async function removeRole(db: Queries, name: string): Promise<void> {
  await refuseInUse(db, name)
  const result = await db.deleteFrom('roles').where('name', '=', name).executeTakeFirst()
  if (result.numDeletedRows === 0n) {
    throw new InputError('unknown-role', {
      received: quoted(name),
      expected: 'the name of a role',
    })
  }
  await db.deleteFrom('grants').where('holder', '=', holderOf.role(name)).execute()
}

async function refuseInUse(db: Queries, name: string): Promise<void> {
  const groups = await db
    .selectFrom('group_roles')
    .innerJoin('groups', 'groups.id', 'group_roles.group_id')
    .select('groups.name')
    .where('group_roles.role', '=', name)
    .orderBy('groups.id')
    .limit(SOME_NAMES_ROWS)
    .execute()
  const users = await db
    .selectFrom('user_roles')
    .innerJoin('users', 'users.id', 'user_roles.user_id')
    .select('users.username as name')
    .where('user_roles.role', '=', name)
    .orderBy('users.id')
    .limit(SOME_NAMES_ROWS)
    .execute()
  const held = [...listed('group', groups), ...listed('user', users)]
  if (held.length === 0) return
  throw new InputError('role-in-use', {
    received: `a role of ${held.join(' and of ')}`,
    expected: 'a role that nobody has: take it away from them first',
  })
}

function listed(kind: string, rows: readonly { name: string }[]): string[] {
  if (rows.length === 0) return []
  return [`${kind} ${someNames(rows.map(({ name }) => quoted(name)))}`]
}
