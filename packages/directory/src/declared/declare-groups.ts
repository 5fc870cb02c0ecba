import { within } from '../checks/within.ts'
import type { Directory, Group, ServiceGrant } from '../directory.ts'
import { type Applied, outcomeOf } from './applied.ts'
import type { DeclaredGroup } from './declared-directory.ts'
import { declaredGrants } from './declared-grants.ts'
import { allGroups, type GroupNames, groupKey, groupNames } from './group-names.ts'
import { memberChanges } from './member-changes.ts'
import { staleAbout } from './stale-about.ts'

/** A group as a file writes it, with every member. */
interface WrittenGroup {
  readonly name: string
  readonly description: string
  readonly parent?: string
  readonly roles: readonly string[]
  readonly grants: readonly ServiceGrant[]
  readonly externalId?: string
}

/**
 * @param groups those that there are
 *
 * Those that are missing come first, without anything; then groups lose the parents that they shall not have any more; and
 * then all become what is declared. So parents may come after their children, and may change places with them.
 */
export async function declareGroups(
  inside: Directory,
  declared: readonly DeclaredGroup[],
  groups: readonly Group[],
): Promise<Applied[]> {
  if (declared.length === 0) return []
  const before = new Map<DeclaredGroup, Group>()
  const left = new Map<DeclaredGroup, readonly string[]>()
  const namesBefore = groupNames(groups)
  const stored = new Map(groups.map((group) => [groupKey(group.name), group]))
  for (const [index, group] of declared.entries()) {
    const found = stored.get(groupKey(group.name))
    if (found === undefined) {
      await within(`groups[${index}]`, () => inside.groups.create({ name: group.name }))
      continue
    }
    before.set(group, found)
    left.set(group, await leaveParent(inside, found, group, namesBefore))
  }
  const isNew = before.size < declared.length
  const names = isNew ? groupNames(await allGroups(inside)) : namesBefore
  const applied: Applied[] = []
  for (const [index, group] of declared.entries()) {
    const facts = { before: before.get(group), left: left.get(group) ?? [] }
    const work = () => declareGroup(inside, group, { names, ...facts })
    applied.push(await within(`groups[${index}]`, work))
  }
  return applied
}

/** Gives the audiences at which the parent gave rights: it may itself lose some of them, or go, before this group is looked at. */
async function leaveParent(
  inside: Directory,
  stored: Group,
  declared: DeclaredGroup,
  names: GroupNames,
): Promise<readonly string[]> {
  if (stored.parent === undefined || names.nameOf(stored.parent) === declared.parent) return []
  const parent = await inside.groups.find(stored.parent)
  await inside.groups.update(stored.id, { parent: '' })
  return parent === undefined ? [] : await audiencesOf(inside, parent)
}

async function declareGroup(
  inside: Directory,
  declared: DeclaredGroup,
  context: {
    readonly names: GroupNames
    readonly before: Group | undefined
    readonly left: readonly string[]
  },
): Promise<Applied> {
  const { names, before } = context
  const id = names.idOf(declared.name, 'name')
  const after = wanted(declared, names)
  const was = before && written(before, names)
  const members = memberChanges(was ?? { ...EMPTY, name: declared.name }, after)
  const stale = was === undefined ? [] : await staleAfter(inside, id, [was, after], context.left)
  if (members.length > 0) {
    const parent = after.parent === undefined ? '' : names.idOf(after.parent, 'parent')
    await inside.groups.update(id, { ...after, parent, externalId: after.externalId ?? '' })
  }
  return {
    kind: 'group',
    name: declared.name,
    target: id,
    outcome: outcomeOf(before, members),
    members,
    wasDisabled: false,
    stale,
  }
}

const EMPTY = { description: '', roles: [], grants: [] } as const

function wanted(
  { name, description = '', parent, roles = [], grants, externalId }: DeclaredGroup,
  names: GroupNames,
): WrittenGroup {
  return {
    name,
    description,
    // As the parent itself is spelt, so that another spelling is no change.
    ...(parent === undefined ? {} : { parent: names.nameOf(names.idOf(parent, 'parent')) }),
    roles: roles.toSorted(),
    grants: declaredGrants(grants),
    ...(externalId === undefined ? {} : { externalId }),
  }
}

function written(group: Group, names: GroupNames): WrittenGroup {
  const { id: _, parent, createdAt: __, updatedAt: ___, ...members } = group
  return { ...members, ...(parent === undefined ? {} : { parent: names.nameOf(parent) }) }
}

/** Before the change: whoever is behind the group then is there afterwards too, but for a group that loses its parent. */
async function staleAfter(
  inside: Directory,
  id: string,
  [before, after]: readonly [WrittenGroup, WrittenGroup],
  left: readonly string[],
): Promise<string[]> {
  const rights = ({ parent, roles, grants }: WrittenGroup) => ({ parent, roles, grants })
  if (memberChanges(rights(before), rights(after)).length === 0) return []
  const audiences = new Set(left)
  for (const { roles, grants, parent } of [before, after]) {
    for (const audience of await audiencesOf(inside, { roles, grants })) audiences.add(audience)
    const above = parent === undefined ? undefined : await inside.groups.findByName(parent)
    if (above === undefined) continue
    for (const audience of await audiencesOf(inside, above)) audiences.add(audience)
  }
  return await staleAbout([...audiences], (limit) => inside.groups.affected(id, limit))
}

/** Audiences at which these roles and grants give rights. */
export async function audiencesOf(
  { roles }: Pick<Directory, 'roles'>,
  holder: Pick<Group, 'roles' | 'grants'>,
): Promise<string[]> {
  const held = await Promise.all(holder.roles.map((name) => roles.find(name)))
  const grants = [...holder.grants, ...held.flatMap((role) => role?.grants ?? [])]
  return [...new Set(grants.map(({ audience }) => audience))]
}
