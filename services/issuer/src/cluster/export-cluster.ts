import type { Directory, Group, User } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import { isShipped } from '../admin/is-shipped.ts'
import type { BuiltIn } from './built-in.ts'
import { CLUSTER_LIMITS } from './limits.ts'
import type { ClusterDocument } from './read-cluster.ts'
import {
  writtenClient,
  writtenGroup,
  writtenRole,
  writtenService,
  writtenUser,
} from './written-entries.ts'

export interface ExportOptions {
  readonly builtIn: BuiltIn
  /** Default: yes. */
  readonly withUsers?: boolean
}

/**
 * Everything that a cluster file may declare, as it is now: planned against this directory it changes nothing. Always in the same
 * order, so that git shows what has changed. Without secrets and passwords, and without clients that have
 * registered themselves, which go on changing themselves.
 * Throws InputError `cluster-too-large` when there are more users than a file may have.
 */
export async function exportCluster(
  directory: Directory,
  { builtIn, withUsers = true }: ExportOptions,
): Promise<ClusterDocument> {
  // What refers to each other is read at one moment.
  return await directory.snapshot(async (inside) => {
    const services = await inside.services.list()
    const clients = await inside.clients.list()
    const roles = await inside.roles.list()
    const groups = await pagesOf<Group>((after) => inside.groups.list(page(after?.id)))
    const users = withUsers ? await allUsers(inside) : undefined
    const byId = new Map(groups.map((group) => [group.id, group.name]))
    const nameOf = (id: string) => byId.get(id) ?? id
    return {
      services: sorted(services, ({ audience }) => audience)
        .filter(({ audience }) => audience !== builtIn.audience)
        .map(writtenService),
      clients: sorted(clients, ({ id }) => id)
        .filter(
          ({ id, registrationTokenHash }) => !builtIn.clients.has(id) && !registrationTokenHash,
        )
        .map(writtenClient),
      roles: sorted(roles, ({ name }) => name)
        .filter((role) => !isShipped(role, builtIn.audience))
        .map(writtenRole),
      groups: sorted(groups, ({ name }) => name).map((group) => writtenGroup(group, nameOf)),
      ...(users && {
        users: sorted(users, ({ username }) => username).map((user) => writtenUser(user, nameOf)),
      }),
    }
  })
}

/** As many as the directory gives at a time. */
const PAGE_ROWS = 500

function page(after: string | undefined) {
  return { limit: PAGE_ROWS, ...(after === undefined ? {} : { after }) }
}

async function allUsers({ users }: Directory): Promise<User[]> {
  const most = CLUSTER_LIMITS.users
  const all = await pagesOf<User>((after) => users.list(page(after?.sub)), most)
  if (all.length <= most) return all
  throw new InputError('cluster-too-large', {
    received: `more than ${most} users`,
    expected: `at most ${most}, or an export without users`,
    where: 'users',
  })
}

/** Page after page, until there is none or there are more than `most`. */
async function pagesOf<T>(
  next: (after: T | undefined) => Promise<T[]>,
  most = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const all: T[] = []
  for (;;) {
    const found = await next(all.at(-1))
    all.push(...found)
    if (found.length < PAGE_ROWS || all.length > most) return all
  }
}

/** By code unit, the same on every machine. */
function sorted<T>(list: readonly T[], keyOf: (one: T) => string): T[] {
  return list.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}
