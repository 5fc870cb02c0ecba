import { type Clock, InputError, nowSeconds, type Random } from '@latchkey/protocol'
import { usernameKey } from '../checks/username.ts'
import type { NewUser, User, Users } from '../directory.ts'
import { checkPasswordHash } from '../passwords/argon2.ts'
import type { Passwords } from '../passwords/passwords.ts'
import { flag } from '../sql/columns.ts'
import type { Sql } from '../sql/sql.ts'
import { changeUser, deleteUser } from './change-user.ts'
import { checkPassword } from './check-password.ts'
import { createUser } from './create-user.ts'
import { listUsers } from './list-users.ts'
import { changeOneTimeCode, readOneTimeCode } from './one-time-code.ts'
import { readUser } from './read-users.ts'
import { userRoutesAt } from './routes-at.ts'
import { updateUser } from './update-user.ts'

export interface UsersDeps {
  readonly sql: Sql
  readonly clock: Clock
  readonly random: Random
  readonly passwords: Passwords
}

export function usersIn(deps: UsersDeps): Users {
  const { sql, clock, passwords } = deps

  async function storeHash(sub: string, passwordHash: string): Promise<void> {
    const now = nowSeconds(clock)
    const change = { password_hash: passwordHash, password_changed_at: now, updated_at: now }
    await sql.write((db) => changeUser(db, sub, change))
  }

  return {
    async create(user) {
      // Before the transaction: others would wait for the hash.
      const passwordHash = await firstHash(passwords, user)
      return sql.write(async (db) => {
        const sub = await createUser(db, deps, user, passwordHash)
        return (await readUser(db, 'id', sub)) as User
      })
    },
    find: (sub) => sql.read((db) => readUser(db, 'id', sub)),
    async findByUsername(username) {
      const key = usernameKey(username)
      return key === undefined ? undefined : sql.read((db) => readUser(db, 'username_key', key))
    },
    checkPassword: (username, password) => checkPassword(deps, username, password),
    hashPassword: (password) => passwords.hashNew(password),
    setPassword: async (sub, password) => storeHash(sub, await passwords.hashNew(password)),
    setPasswordHash: async (sub, passwordHash) =>
      storeHash(sub, checkPasswordHash(passwordHash, 'passwordHash')),
    async setDisabled(sub, disabled) {
      const change = { disabled: flag(disabled), updated_at: nowSeconds(clock) }
      await sql.write((db) => changeUser(db, sub, change))
    },
    update: (sub, change) =>
      sql.write(async (db) => {
        const now = nowSeconds(clock)
        await updateUser(db, await changeUser(db, sub, { updated_at: now }), change)
        return (await readUser(db, 'id', sub)) as User
      }),
    oneTimeCodeSecret: (sub) => sql.read((db) => readOneTimeCode(db, sub)),
    setOneTimeCodeSecret: (sub, wrapped) =>
      sql.write((db) => changeOneTimeCode(db, sub, wrapped, nowSeconds(clock))),
    delete: (sub) => sql.write((db) => deleteUser(db, sub)),
    list: (query) => sql.read((db) => listUsers(db, query)),
    routesAt: (sub, audience) => sql.read((db) => userRoutesAt(db, sub, audience)),
  }
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
