import type {
  Directory,
  OwnedKind,
  Ownership,
  ProvisionedIds,
  ProvisionedKind,
} from '../directory.ts'
import type { Applied } from './applied.ts'
import type { DeclaredDirectory } from './declared-directory.ts'
import { groupKey } from './group-names.ts'
import { userKey } from './stored.ts'

/** An entry that becomes the file's, although it was there before. */
export interface Adopted {
  readonly kind: OwnedKind
  readonly name: string
  /** The file that owned it until now. */
  readonly from?: string
  /** The provisioning clients that have a name for it, and can change it no more. Absent: none. */
  readonly provisionedBy?: readonly string[]
}

/** Marks the entries as the file's, and those that were given up as nobody's. Says which were there and change hands. */
export async function saveOwnership(
  { owned, provisioned }: Directory,
  applied: readonly Applied[],
  { file, byApply }: { readonly file: string; readonly byApply: boolean },
): Promise<Adopted[]> {
  const all = await owned.list()
  const known = new Map(all.map((one) => [ownedKey(one.kind, one.id), one]))
  const adopted: (Adopted & { readonly id: string })[] = []
  for (const { kind, name, target: id, outcome, wasDisabled } of applied) {
    const before = known.get(ownedKey(kind, id))
    if (outcome === 'removed') {
      await owned.release(kind, id)
    } else if (outcome === 'retired') {
      // Who was disabled by somebody else is not enabled when the file declares them again.
      if (wasDisabled) await owned.save({ kind, id, name, file, applied: true, retired: true })
      else await owned.release(kind, id)
    } else if (!isAlready({ name, file, applied: byApply, retired: false }, before)) {
      await owned.save({ kind, id, name, file, applied: byApply, retired: false })
      const from = before === undefined || before.retired ? {} : { from: before.file }
      if (outcome !== 'created' && before?.file !== file) adopted.push({ kind, name, id, ...from })
    }
  }
  const idsOf = (kind: OwnedKind) => adopted.flatMap((one) => (one.kind === kind ? one.id : []))
  const clients = {
    user: await allClientsOf(provisioned, 'user', idsOf('user')),
    group: await allClientsOf(provisioned, 'group', idsOf('group')),
  }
  return adopted.map(({ id, ...one }) => {
    const by = one.kind === 'user' || one.kind === 'group' ? clients[one.kind].get(id) : undefined
    return { ...one, ...(by && { provisionedBy: by }) }
  })
}

/** `ProvisionedIds.clientsOf` takes so many. */
const AT_ONCE = 500

async function allClientsOf(
  { clientsOf }: ProvisionedIds,
  kind: ProvisionedKind,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const all = new Map<string, readonly string[]>()
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const found = await clientsOf(kind, ids.slice(from, from + AT_ONCE))
    for (const [id, clients] of found) all.set(id, clients)
  }
  return all
}

/** A start never takes back what an apply has said. */
function isAlready(wanted: Omit<Ownership, 'kind' | 'id'>, before: Ownership | undefined): boolean {
  if (before === undefined || before.retired || before.name !== wanted.name) return false
  return before.file === wanted.file && (before.applied || !wanted.applied)
}

/** What the file owns and does not declare. */
export function notDeclared(
  owned: readonly Ownership[],
  declared: DeclaredDirectory,
  file: string,
): Ownership[] {
  const names = new Set([
    ...(declared.services ?? []).map(({ audience }) => ownedKey('service', audience)),
    ...(declared.roles ?? []).map(({ name }) => ownedKey('role', name)),
    ...(declared.groups ?? []).map(({ name }) => nameKey('group', name)),
    ...(declared.clients ?? []).map(({ id }) => ownedKey('client', id)),
    ...(declared.users ?? []).map(({ username }) => nameKey('user', username)),
  ])
  return owned.filter(
    (one) => one.file === file && !one.retired && !names.has(nameKey(one.kind, one.name)),
  )
}

/** Ids of what an apply has disabled because the file had given it up. */
export function givenUp(owned: readonly Ownership[], kind: OwnedKind): ReadonlySet<string> {
  return new Set(owned.filter((one) => one.kind === kind && one.retired).map(({ id }) => id))
}

function ownedKey(kind: OwnedKind, id: string): string {
  return `${kind} ${id}`
}

/** In any spelling. */
function nameKey(kind: OwnedKind, name: string): string {
  if (kind === 'group') return ownedKey(kind, groupKey(name))
  return ownedKey(kind, kind === 'user' ? userKey(name) : name)
}

/** Without what another file owns: a start leaves that to whoever applies the other file. */
export function withoutOthers(
  declared: DeclaredDirectory,
  owned: readonly Ownership[],
  file: string,
): DeclaredDirectory {
  const others = new Set(
    owned.filter((one) => one.file !== file).map(({ kind, name }) => nameKey(kind, name)),
  )
  const isFree = (kind: OwnedKind, name: string) => !others.has(nameKey(kind, name))
  const { services = [], roles = [], groups = [], clients = [], users = [] } = declared
  return {
    services: services.filter(({ audience }) => isFree('service', audience)),
    roles: roles.filter(({ name }) => isFree('role', name)),
    groups: groups.filter(({ name }) => isFree('group', name)),
    clients: clients.filter(({ id }) => isFree('client', id)),
    users: users.filter(({ username }) => isFree('user', username)),
  }
}
