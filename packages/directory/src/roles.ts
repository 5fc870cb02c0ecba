import { InputError } from '@latchkey/protocol'
import { checkText, quoted } from './checks/text.ts'
import type { Role, Roles } from './directory.ts'
import { DIRECTORY_LIMITS } from './limits.ts'
import { peopleOfRole } from './rights/people-behind.ts'
import { removeRole } from './rights/remove-role.ts'
import { grantsOf, holderOf, replaceGrants } from './sql/grants.ts'
import type { Queries, Sql } from './sql/sql.ts'

const ROLE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

export function rolesIn(sql: Sql): Roles {
  return {
    find: (name) => sql.read(async (db) => (await readRoles(db, name))[0]),
    save: (role) => sql.write((db) => saveRole(db, role)),
    list: () => sql.read((db) => readRoles(db)),
    holders: (name, limit, after) => sql.read((db) => peopleOfRole(db, name, limit, after)),
    remove: (name) => sql.write((db) => removeRole(db, name)),
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
