import { within } from '../checks/within.ts'
import type { Directory, OwnedKind, Ownership } from '../directory.ts'
import type { Applied } from './applied.ts'
import { audiencesOf } from './declare-groups.ts'
import { serviceMembers } from './declare-services.ts'
import { memberChanges } from './member-changes.ts'
import { staleAbout } from './stale-about.ts'

/**
 * What a file owns and declares no longer. Roles and groups are only definitions: they go. People, clients and services are known
 * to others by their ids, so they are disabled, lose their rights and stay: a line that was lost in a merge can be put back. To
 * delete one is somebody's deliberate act (docs/adr).
 */
type GiveUp = (inside: Directory, owned: Ownership) => Promise<Applied | undefined>

const GIVE_UP: Readonly<Record<OwnedKind, GiveUp>> = {
  user: async ({ users }, { id, name }) => {
    const before = await users.find(id)
    if (before === undefined) return undefined
    await users.update(id, { roles: [], groups: [], grants: [] })
    await users.setDisabled(id, true)
    return retired('user', { id, name }, before, await users.find(id))
  },
  client: async ({ clients }, { id, name }) => {
    const before = await clients.find(id)
    if (before === undefined) return undefined
    const { secrets: _, createdAt: __, ...members } = before
    await clients.save({ ...members, services: [], grants: [], disabled: true })
    return retired('client', { id, name }, before, await clients.find(id))
  },
  service: async ({ services }, { id, name }) => {
    const before = await services.find(id)
    if (before === undefined) return undefined
    await services.save({ ...serviceMembers(before), clients: [], disabled: true })
    return retired('service', { id, name }, before, await services.find(id))
  },
  group: async (inside, { id, name }) => {
    const before = await inside.groups.find(id)
    if (before === undefined) return undefined
    const parent = before.parent === undefined ? undefined : await inside.groups.find(before.parent)
    const audiences = new Set(await audiencesOf(inside, before))
    for (const audience of parent ? await audiencesOf(inside, parent) : []) audiences.add(audience)
    const stale = await staleAbout([...audiences], (limit) => inside.groups.affected(id, limit))
    await inside.groups.delete(id)
    return { ...REMOVED, kind: 'group', name, target: id, stale }
  },
  role: async ({ roles }, { id, name }) => {
    if ((await roles.find(id)) === undefined) return undefined
    await roles.remove(id)
    return { ...REMOVED, kind: 'role', name, target: id, stale: [] }
  },
}

const REMOVED = { outcome: 'removed', members: [], wasDisabled: false } as const

/** Gives up those of these kinds. What refers to others goes before what it refers to. */
export async function giveUp(
  inside: Directory,
  owned: readonly Ownership[],
  kinds: readonly OwnedKind[],
): Promise<Applied[]> {
  const applied: Applied[] = []
  for (const kind of kinds) {
    const ofKind = owned.filter((candidate) => candidate.kind === kind)
    for (const one of kind === 'group' ? await childrenFirst(inside, ofKind) : ofKind) {
      const place = `${kind}s, without ${JSON.stringify(one.name)}`
      const done = await within(place, () => GIVE_UP[kind](inside, one))
      if (done !== undefined) applied.push(done)
    }
  }
  return applied
}

/** A parent cannot go before its children. */
async function childrenFirst(
  { groups }: Directory,
  owned: readonly Ownership[],
): Promise<Ownership[]> {
  const found = await Promise.all(owned.map(({ id }) => groups.find(id)))
  const isChild = (index: number) => found[index]?.parent !== undefined
  return [
    ...owned.filter((_, index) => isChild(index)),
    ...owned.filter((_, index) => !isChild(index)),
  ]
}

function retired(
  kind: 'user' | 'client' | 'service',
  { id, name }: Pick<Ownership, 'id' | 'name'>,
  before: { readonly disabled: boolean },
  after: object = {},
): Applied {
  const facts = (entry: object) =>
    Object.fromEntries(Object.entries(entry).filter(([member]) => LOST.has(member)))
  return {
    kind,
    name,
    target: id,
    outcome: 'retired',
    members: memberChanges(facts(before), facts(after)),
    wasDisabled: !before.disabled,
    stale: [],
  }
}

/** What is taken from those who stay. */
const LOST: ReadonlySet<string> = new Set([
  'roles',
  'groups',
  'grants',
  'services',
  'clients',
  'disabled',
])
