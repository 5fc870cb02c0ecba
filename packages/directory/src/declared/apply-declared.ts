import { InputError } from '@latchkey/protocol'
import { quoted } from '../checks/text.ts'
import { usernameKey } from '../checks/username.ts'
import type { Directory } from '../directory.ts'
import { type Applied, type AppliedDeclaration, summary } from './applied.ts'
import { declareClients } from './declare-clients.ts'
import { declareRoles } from './declare-roles.ts'
import { createMissingServices, declareServices } from './declare-services.ts'
import { declareUsers } from './declare-users.ts'
import type { DeclaredDirectory } from './declared-directory.ts'
import { firstPasswords } from './first-passwords.ts'

/**
 * Brings declared services, roles, clients and users into the directory, in one transaction and with audit records: see
 * `DeclaredDirectory` for what is replaced and what stays. Applying the same declaration again changes nothing. The
 * caller publishes `stale` and ends what was disabled, as the result says.
 * Throws InputError with the place in the declaration (`users[2].roles[0]`) and, for an unknown name, a suggestion.
 */
export async function applyDeclared(
  directory: Directory,
  declared: DeclaredDirectory,
  { now }: { readonly now: number },
): Promise<AppliedDeclaration> {
  const { services = [], roles = [], clients = [], users = [] } = declared
  eachOnce(
    'services',
    services.map(({ audience }) => audience),
  )
  eachOnce(
    'roles',
    roles.map(({ name }) => name),
  )
  eachOnce(
    'clients',
    clients.map(({ id }) => id),
  )
  eachOnce(
    'users',
    users.map(({ username }) => usernameKey(username) ?? username),
  )
  const hashes = await firstPasswords(directory, users)

  return directory.transaction(async (inside) => {
    const created = await createMissingServices(inside, services)
    const knownServices = new Set((await inside.services.list()).map(({ audience }) => audience))
    const appliedRoles = await declareRoles(inside, roles, knownServices)
    const appliedClients = await declareClients(inside, clients, knownServices)
    const appliedServices = await declareServices(inside, services, created)
    const knownRoles = new Set((await inside.roles.list()).map(({ name }) => name))
    const appliedUsers = await declareUsers(inside, users, {
      roles: knownRoles,
      services: knownServices,
      hashes,
    })
    const applied = [...appliedServices, ...appliedRoles, ...appliedClients, ...appliedUsers]
    for (const one of applied) await record(inside, one, now)
    return summary(applied)
  })
}

function eachOnce(list: string, keys: readonly string[]): void {
  const again = keys.findIndex((key, index) => keys.indexOf(key) < index)
  if (again === -1) return
  throw new InputError('declared-twice', {
    received: `${quoted(keys[again] ?? '')} again`,
    expected: 'each entry once',
    where: `${list}[${again}]`,
  })
}

async function record(inside: Directory, one: Applied, now: number): Promise<void> {
  if (one.outcome === 'unchanged') return
  await inside.audit.append({
    at: now,
    actor: { sub: 'issuer' },
    action: `${one.kind}.${one.outcome === 'created' ? 'create' : 'update'}`,
    target: one.target,
    reason: 'declared',
    detail: { name: one.name, changed: one.changed },
  })
}
