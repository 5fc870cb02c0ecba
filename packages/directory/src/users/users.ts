import { type Clock, InputError, nowSeconds, type Random } from '@latchkey/protocol'
import type { UpdateObject } from 'kysely'
import { usernameKey } from '../checks/username.ts'
import type { AttributeRule, NewUser, PasswordOptions, User, Users } from '../directory.ts'
import { checkPasswordHash } from '../passwords/password-hash.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { anyHolder } from '../rights/any-holder.ts'
import { grantSources, heldByUser } from '../rights/grant-sources.ts'
import { livingRights } from '../rights/living-rights.ts'
import { rightsSets } from '../rights/rights-sets.ts'
import { flag } from '../sql/columns.ts'
import type { Sql } from '../sql/sql.ts'
import type { Tables } from '../sql/tables.ts'
import { changeUser, deleteUser } from './change-user.ts'
import { createUser } from './create-user.ts'
import { listUsers } from './list-users.ts'
import { changeOneTimeCode, readOneTimeCode } from './one-time-code.ts'
import { passwordCheck } from './password-check.ts'
import { readUser, readUsersByName } from './read-users.ts'
import { countUsers, selectUsers } from './select-users.ts'
import { updateUser } from './update-user.ts'

export interface UsersDeps {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly passwords: Passwords
  readonly attributes: readonly AttributeRule[]
}

export function usersIn(deps: UsersDeps): Users {
  const { sql, clock, passwords, attributes } = deps

  async function storeHash(sub: string, passwordHash: string, options: PasswordOptions = {}) {
    const now = nowSeconds(clock)
    await change(sub, {
      password_hash: passwordHash,
      password_changed_at: now,
      must_change_password: flag(options.mustChange === true),
    })
  }
  async function change(sub: string, columns: UpdateObject<Tables, 'users'>): Promise<void> {
    const updated_at = nowSeconds(clock)
    await sql.write((db) => changeUser(db, sub, { ...columns, updated_at }))
  }

  const find = (sub: string) => sql.read((db) => readUser(db, 'id', sub))

  return {
    async create(user) {
      // Before the transaction: others would wait for the hash.
      const passwordHash = await firstHash(passwords, user)
      return sql.write(async (db) => {
        const sub = await createUser(db, deps, user, passwordHash)
        return (await readUser(db, 'id', sub)) as User
      })
    },
    find,
    async findByUsername(username) {
      const key = usernameKey(username)
      return key === undefined ? undefined : sql.read((db) => readUser(db, 'username_key', key))
    },
    findByUsernames: (usernames) => sql.read((db) => readUsersByName(db, usernames)),
    findByExternalId: (id) => sql.read((db) => readUser(db, 'external_id', id)),
    checkPassword: passwordCheck({ sql, passwords, find }),
    hashPassword: (password) => passwords.hashNew(password),
    setPassword: async (sub, password, options) =>
      storeHash(sub, await passwords.hashNew(password), options),
    setPasswordHash: async (sub, passwordHash, options) =>
      storeHash(sub, checkPasswordHash(passwordHash, 'passwordHash'), options),
    setDisabled: (sub, disabled) => change(sub, { disabled: flag(disabled) }),
    setMustChangePassword: (sub, mustChange) =>
      change(sub, { must_change_password: flag(mustChange) }),
    update: (sub, given) =>
      sql.write(async (db) => {
        const now = nowSeconds(clock)
        await updateUser(db, await changeUser(db, sub, { updated_at: now }), given, attributes)
        return (await readUser(db, 'id', sub)) as User
      }),
    oneTimeCodeSecret: (sub) => sql.read((db) => readOneTimeCode(db, sub)),
    setOneTimeCodeSecret: (sub, wrapped) =>
      sql.write((db) => changeOneTimeCode(db, sub, wrapped, nowSeconds(clock))),
    delete: (sub) => sql.write((db) => deleteUser(db, sub)),
    list: (query) => sql.read((db) => listUsers(db, query, sql.engine)),
    select: (selection) => selectUsers(sql, selection),
    count: (query) => countUsers(sql, query),
    rightsAt: livingRights(heldByUserIn(sql), clock),
    anyHolder: (audience, grants) => sql.read((db) => anyHolder(db, audience, grants)),
    rightsSets: (audience, subs) => sql.read((db) => rightsSets(db, audience, subs)),
    grantSources: (sub, audience) => sql.read((db) => grantSources(db, sub, audience)),
  }
}

/** What `rightsAt` is decided from, for a caller who remembers it. */
export function heldByUserIn(sql: Sql) {
  return (sub: string, audience: string) => sql.read((db) => heldByUser(db, sub, audience))
}

async function firstHash(passwords: Passwords, user: NewUser): Promise<string | null> {
  if (user.passwordHash === undefined) {
    return user.password === undefined ? null : passwords.hashNew(user.password)
  }
  if (user.password === undefined) return checkPasswordHash(user.passwordHash, 'passwordHash')
  throw new InputError('password-twice', {
    received: 'password and passwordHash',
    expected: 'one of them',
    where: 'passwordHash',
  })
}
