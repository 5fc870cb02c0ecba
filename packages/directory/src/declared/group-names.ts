import { unknownName } from '../checks/unknown-name.ts'
import { fold } from '../checks/username.ts'
import type { Directory, Group } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'

/** Files know groups by their names, the directory by their ids. */
export interface GroupNames {
  /** Throws InputError `unknown-group`, with the name that was probably meant. */
  idOf(name: string, where: string): string
  /** The id itself when no group has it any more. */
  nameOf(id: string): string
}

export function groupNames(groups: readonly Group[]): GroupNames {
  const byKey = new Map(groups.map((group) => [groupKey(group.name), group]))
  const byId = new Map(groups.map((group) => [group.id, group]))
  return {
    idOf: (name, where) => {
      const found = byKey.get(groupKey(name))
      if (found !== undefined) return found.id
      throw unknownName(
        'group',
        { name, where },
        groups.map((group) => group.name),
      )
    },
    nameOf: (id) => byId.get(id)?.name ?? id,
  }
}

/** The form in which names of groups are compared. */
export function groupKey(name: string): string {
  return fold(name).trim()
}

/** Page by page, oldest first. */
export async function allGroups({ groups }: Pick<Directory, 'groups'>): Promise<Group[]> {
  const limit = DIRECTORY_LIMITS.pageRows
  const all: Group[] = []
  for (;;) {
    const after = all.at(-1)?.id
    const page = await groups.list({ limit, ...(after === undefined ? {} : { after }) })
    all.push(...page)
    if (page.length < limit) return all
  }
}
