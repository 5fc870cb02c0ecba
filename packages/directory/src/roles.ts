import { InputError } from '@latchkey/protocol'
import { checkText, quoted } from './checks/text.ts'
import { checkWholeNumber } from './checks/whole-number.ts'
import type { Role, Roles } from './directory.ts'
import { DIRECTORY_LIMITS } from './limits.ts'
import { grantsOf, holderOf, replaceGrants } from './sql/grants.ts'
import type { Queries, Sql } from './sql/sql.ts'

const ROLE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/
/** For a caller who wants all of them and then speaks of the audience instead. */
const HOLDERS_AT_ONCE = 1_000_000

export function rolesIn(sql: Sql): Roles {
  return {
    find: (name) => sql.read(async (db) => (await readRoles(db, name))[0]),
    save: (role) => sql.write((db) => saveRole(db, role)),
    list: () => sql.read((db) => readRoles(db)),
    holders: (name, limit) =>
      sql.read(async (db) => {
        checkWholeNumber(limit, { least: 1, most: HOLDERS_AT_ONCE, where: 'limit' })
        const rows = await db
          .selectFrom('user_roles')
          .select('user_id')
          .where('role', '=', name)
          .orderBy('user_id')
          .limit(limit)
          .execute()
        return rows.map((row) => row.user_id)
      }),
  }
}

async function readRoles(db: Queries, name?: string): Promise<Role[]> {
  const all = db.selectFrom('roles').selectAll().orderBy('name')
  const rows = await (name === undefined ? all : all.where('name', '=', name)).execute()
  if (rows.length === 0) return []
  const grants = await grantsOf(
    db,
    rows.map((row) => holderOf.role(row.name)),
  )
  return rows.map((row) => ({ ...row, grants: grants(holderOf.role(row.name)) }))
}

async function saveRole(db: Queries, { name, description, grants }: Role): Promise<void> {
  if (!ROLE_NAME.test(name) || name.length > DIRECTORY_LIMITS.roleNameChars) {
    throw new InputError('role-name', {
      received: quoted(name),
      expected: `1 to ${DIRECTORY_LIMITS.roleNameChars} of A-Z a-z 0-9 . _ - beginning with a letter or digit`,
      where: 'name',
    })
  }
  checkText(description, {
    code: 'description',
    where: 'description',
    maxChars: DIRECTORY_LIMITS.descriptionChars,
  })
  await db
    .insertInto('roles')
    .values({ name, description })
    .onConflict((clash) => clash.column('name').doUpdateSet({ description }))
    .execute()
  await replaceGrants(db, holderOf.role(name), grants)
}
