/** Where a grant comes from, in wire names, with the name of its group beside the id. */
import type { Directory, GrantSource } from '@latchkey/directory'
import { Type } from 'typebox'
import { closedObject } from '../admin/framework/closed.ts'

export const GrantSourceAnswer = closedObject(
  {
    grant: Type.String(),
    until: Type.Optional(Type.Integer()),
    kind: Type.Enum(['direct', 'role', 'group']),
    role: Type.Optional(Type.String()),
    group: Type.Optional(Type.String({ description: 'Id.' })),
    group_name: Type.Optional(Type.String()),
  },
  'GrantSource',
)

export type GroupNames = ReadonlyMap<string, string>

/** Of the groups that sources name, by id. */
export async function groupNamesOf(
  sources: readonly GrantSource[],
  { groups }: Pick<Directory, 'groups'>,
): Promise<GroupNames> {
  const ids = new Set(sources.flatMap(({ by }) => ('group' in by ? (by.group ?? []) : [])))
  const found = await Promise.all([...ids].map((id) => groups.find(id)))
  return new Map(found.flatMap((group) => (group ? [[group.id, group.name]] : [])))
}

export function describeSource({ grant, until, by }: GrantSource, named: GroupNames) {
  const name = 'group' in by && by.group !== undefined ? named.get(by.group) : undefined
  return {
    grant,
    ...(until !== undefined && { until }),
    ...by,
    ...(name !== undefined && { group_name: name }),
  }
}
