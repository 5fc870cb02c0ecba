import type { Clock, Random } from '@latchkey/protocol'
import { auditIn } from './audit.ts'
import { clientsIn } from './clients/clients.ts'
import type { Directory } from './directory.ts'
import type { Passwords } from './passwords/passwords.ts'
import { rolesIn } from './roles.ts'
import { servicesIn } from './services/services.ts'
import { signingKeysIn } from './signing-keys.ts'
import { nextCount } from './sql/next-count.ts'
import { insideTransaction, type Sql } from './sql/sql.ts'
import { usersIn } from './users/users.ts'

export interface SqlDirectoryDeps {
  readonly sql: Sql & { close(): Promise<void> }
  readonly clock: Clock
  readonly random: Random
  readonly passwords: Passwords
}

/** The directory over any database that Kysely speaks to. */
export function sqlDirectory(deps: SqlDirectoryDeps): Directory {
  const { sql } = deps
  return {
    ...partsOver(deps),
    transaction: (work) =>
      sql.write(async (db) => {
        // SQLite has one writer anyway; elsewhere this counter makes transactions take turns.
        await nextCount(db, 'transactions')
        const inside: Directory = {
          ...partsOver({ ...deps, sql: insideTransaction(db) }),
          transaction: (part) => part(inside),
          ping: async () => {},
          close: () => Promise.reject(new Error('a transaction cannot close its directory')),
        }
        return work(inside)
      }),
    ping: () =>
      sql.read(async (db) => {
        await db.selectFrom('migrations').select('number').limit(1).execute()
      }),
    close: () => sql.close(),
  }
}

function partsOver(deps: Omit<SqlDirectoryDeps, 'sql'> & { readonly sql: Sql }) {
  const { sql } = deps
  return {
    users: usersIn(deps),
    clients: clientsIn(sql),
    services: servicesIn(sql),
    roles: rolesIn(sql),
    audit: auditIn(sql),
    keys: signingKeysIn(sql),
  }
}
