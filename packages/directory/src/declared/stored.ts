import { usernameKey } from '../checks/username.ts'
import type { Client, Directory, Role, StoredService, User } from '../directory.ts'
import type { DeclaredDirectory } from './declared-directory.ts'

/**
 * What there was before anything is brought in, by name, read with a few queries: ten thousand entries that have not changed
 * cost no more than that.
 */
export interface Stored {
  readonly services: ReadonlyMap<string, StoredService>
  readonly roles: ReadonlyMap<string, Role>
  readonly clients: ReadonlyMap<string, Client>
  /** By the form in which user names are compared; of those that are declared. */
  readonly users: ReadonlyMap<string, User>
}

export async function readStored(
  inside: Directory,
  { users = [], clients = [], services: declared = [] }: DeclaredDirectory,
): Promise<Stored> {
  const services = await inside.services.list()
  const roles = await inside.roles.list()
  const people = await inside.users.findByUsernames(users.map(({ username }) => username))
  const namesClients = clients.length > 0 || declared.some((one) => one.clients !== undefined)
  return {
    services: new Map(services.map((one) => [one.audience, one])),
    roles: new Map(roles.map((one) => [one.name, one])),
    clients: new Map((namesClients ? await inside.clients.list() : []).map((one) => [one.id, one])),
    users: new Map(people.map((one) => [userKey(one.username), one])),
  }
}

/** What cannot be a user name is refused where it is stored. */
export function userKey(username: string): string {
  return usernameKey(username) ?? username
}
