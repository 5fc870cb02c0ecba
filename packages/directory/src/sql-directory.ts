import type { KeyObject } from 'node:crypto'
import type { Clock, Random } from '@latchkey/protocol'
import { auditIn } from './audit/audit.ts'
import { clientSecretsIn } from './clients/client-secrets.ts'
import { clientsIn, heldByClientIn } from './clients/clients.ts'
import { consentsIn } from './consents.ts'
import type { AttributeRule } from './contract/attribute.ts'
import type { Sealing } from './contract/sealing.ts'
import type { Directory } from './directory.ts'
import { groupsIn } from './groups/groups.ts'
import { ownedIn } from './owned/owned.ts'
import type { Passwords } from './passwords/passwords.ts'
import { provisionedIn } from './provisioned.ts'
import { registrationTokensIn } from './registration-tokens.ts'
import { livingRights } from './rights/living-rights.ts'
import { rolesIn } from './roles.ts'
import { serviceKeysIn } from './services/service-keys.ts'
import { servicesIn } from './services/services.ts'
import { signingKeysIn } from './signing-keys.ts'
import { examine } from './sql/examine.ts'
import { rememberedReads } from './sql/remembered.ts'
import { insideTransaction, type Queries, type Sql } from './sql/sql.ts'
import { undoneAlone } from './sql/undone-alone.ts'
import { streamsIn } from './streams/streams.ts'
import { untoldEndsIn } from './untold-ends.ts'
import { passwordCheck } from './users/password-check.ts'
import { heldByUserIn, usersIn } from './users/users.ts'

export interface SqlDirectoryDeps {
  readonly sql: Sql & { close(): Promise<void> }
  readonly clock: Clock
  readonly random: Random
  readonly passwords: Passwords
  readonly sealing?: Sealing | undefined
  readonly auditKey?: KeyObject | undefined
  readonly attributes: readonly AttributeRule[]
}

/** The directory over any database that Kysely speaks to. */
export function sqlDirectory(deps: SqlDirectoryDeps): Directory {
  const { sql } = deps
  const directory: Directory = {
    engine: sql.engine.name,
    ...remembering(partsOver(deps), deps),
    transaction: (work) => sql.write((db) => work(directoryInside(db, deps))),
    snapshot: (work) => sql.snapshot((db) => work(directoryInside(db, deps))),
    ping: () =>
      sql.read(async (db) => {
        await db.selectFrom('migrations').select('number').limit(1).execute()
      }),
    examine: () => examine(sql),
    attempt: (work) => directory.transaction(work),
    close: () => sql.close(),
  }
  return directory
}

function directoryInside(db: Queries, deps: SqlDirectoryDeps): Directory {
  const { engine } = deps.sql
  const sql = insideTransaction(db, engine)
  const inside: Directory = {
    engine: engine.name,
    ...partsOver({ ...deps, sql }),
    transaction: (part) => part(inside),
    snapshot: (part) => part(inside),
    attempt: (part) => undoneAlone(db, () => part(inside)),
    ping: async () => {},
    examine: () => examine(sql),
    close: () => Promise.reject(new Error('a transaction cannot close its directory')),
  }
  return inside
}

/** A look at what other processes have written costs more than all else that most requests do. */
const RECALL_LAG_MS = 20

/** What every request asks for is remembered while it stays true; the rest is asked seldom. */
function remembering(parts: ReturnType<typeof partsOver>, deps: SqlDirectoryDeps) {
  const { sql, clock } = deps
  const remember = rememberedReads(sql)
  const { users, clients, services, consents, streams } = parts
  const findUser = remember('user', users.find)
  return {
    ...parts,
    users: {
      ...users,
      find: findUser,
      checkPassword: passwordCheck({ ...deps, find: findUser }),
      rightsAt: livingRights(remember('user-grants', heldByUserIn(sql)), clock),
    },
    clients: {
      ...clients,
      find: remember('client', clients.find),
      recall: remember('client', clients.find, RECALL_LAG_MS),
      rightsAt: livingRights(remember('client-grants', heldByClientIn(sql)), clock),
    },
    services: {
      ...services,
      find: remember('service', services.find),
      list: remember('services', services.list, RECALL_LAG_MS),
    },
    consents: { ...consents, find: remember('consent', consents.find) },
    streams: { ...streams, list: remember('streams', streams.list, RECALL_LAG_MS) },
  }
}

function partsOver(deps: Omit<SqlDirectoryDeps, 'sql'> & { readonly sql: Sql }) {
  const { sql } = deps
  return {
    users: usersIn(deps),
    groups: groupsIn(deps),
    clients: clientsIn(deps),
    clientSecrets: clientSecretsIn(deps),
    services: servicesIn(deps),
    serviceKeys: serviceKeysIn(sql),
    roles: rolesIn(sql),
    audit: auditIn(deps),
    keys: signingKeysIn(sql),
    consents: consentsIn(deps),
    registrationTokens: registrationTokensIn(deps),
    streams: streamsIn(deps),
    owned: ownedIn(deps),
    provisioned: provisionedIn(deps),
    untoldEnds: untoldEndsIn(deps),
  }
}
