import { InputError } from '@latchkey/protocol'
import { quoted } from '../checks/text.ts'
import type { DeclaredDirectory } from './declared-directory.ts'
import { groupKey } from './group-names.ts'
import { userKey } from './stored.ts'

/** Throws InputError `declared-twice`: two entries of one name would undo each other. */
export function checkEachOnce(declared: DeclaredDirectory): void {
  const { services = [], roles = [], groups = [], clients = [], users = [] } = declared
  const keys = {
    services: services.map(({ audience }) => audience),
    roles: roles.map(({ name }) => name),
    groups: groups.map(({ name }) => groupKey(name)),
    clients: clients.map(({ id }) => id),
    users: users.map(({ username }) => userKey(username)),
  }
  for (const [list, names] of Object.entries(keys)) eachOnce(list, names)
}

function eachOnce(list: string, keys: readonly string[]): void {
  const seen = new Set<string>()
  for (const [index, key] of keys.entries()) {
    if (seen.has(key)) {
      throw new InputError('declared-twice', {
        received: `${quoted(key)} again`,
        expected: 'each entry once',
        where: `${list}[${index}]`,
      })
    }
    seen.add(key)
  }
}
