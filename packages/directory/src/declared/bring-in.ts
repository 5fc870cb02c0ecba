import type { Directory } from '../directory.ts'
import type { Applied } from './applied.ts'
import { checkReferences } from './check-references.ts'
import { declareClients } from './declare-clients.ts'
import { declareGroups } from './declare-groups.ts'
import { declareRoles } from './declare-roles.ts'
import { createMissingServices, declareServices } from './declare-services.ts'
import { declareUsers } from './declare-users.ts'
import type { DeclaredDirectory } from './declared-directory.ts'
import { giveUp } from './give-up.ts'
import { allGroups, groupNames } from './group-names.ts'
import { givenUp, notDeclared } from './ownership.ts'
import { readStored } from './stored.ts'

export interface BringInOptions {
  readonly file?: string
  readonly givesUp?: boolean
  readonly hashes: ReadonlyMap<string, string>
}

/**
 * Everything in the order in which it refers to other things: what is new before what names it, and what goes after all that
 * named it has become what is declared.
 */
export async function bringIn(
  inside: Directory,
  declared: DeclaredDirectory,
  { file, givesUp = false, hashes }: BringInOptions,
): Promise<Applied[]> {
  const { services = [], roles = [], groups = [], clients = [], users = [] } = declared
  const owned = file === undefined ? [] : await inside.owned.list()
  const gone = givesUp && file !== undefined ? notDeclared(owned, declared, file) : []
  const revived = (kind: 'service' | 'client' | 'user') => givenUp(owned, kind)

  const stored = await readStored(inside, declared)
  const namesGroups = groups.length > 0 || users.length > 0
  const storedGroups = namesGroups ? await allGroups(inside) : []
  checkReferences(declared, { ...stored, groups: storedGroups })
  await createMissingServices(inside, services, stored.services)
  const appliedRoles = await declareRoles(inside, roles, stored.roles)
  const appliedGroups = await declareGroups(inside, groups, storedGroups)
  const appliedClients = await declareClients(inside, clients, {
    stored: stored.clients,
    revived: revived('client'),
  })
  const appliedServices = await declareServices(inside, services, {
    stored: stored.services,
    revived: revived('service'),
  })
  const appliedUsers = await declareUsers(inside, users, {
    stored: stored.users,
    groups: groupNames(users.length > 0 ? await allGroups(inside) : []),
    hashes,
    whole: file !== undefined,
    revived: revived('user'),
  })
  return [
    ...appliedServices,
    ...appliedRoles,
    ...appliedGroups,
    ...appliedClients,
    ...appliedUsers,
    ...(await giveUp(inside, gone, ['user', 'client', 'service', 'group', 'role'])),
  ]
}
