import type { Directory, Group, ServiceGrant } from '@latchkey/directory'

/** What a member has by this group: its grants and those of its roles, and the same of its parent. */
export async function grantsOfMembers(group: Group, inside: Directory): Promise<ServiceGrant[]> {
  const parent = group.parent === undefined ? undefined : await inside.groups.find(group.parent)
  const names = new Set([...group.roles, ...(parent?.roles ?? [])])
  const roles = await Promise.all([...names].map((name) => inside.roles.find(name)))
  return [group, parent, ...roles].flatMap((one) => one?.grants ?? [])
}
