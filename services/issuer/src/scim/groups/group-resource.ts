/** A group as SCIM tells it: RFC 7643 section 4.2. */
import type { Directory, Group, GroupMember } from '@latchkey/directory'
import type { Document } from '../schemas/canonical.ts'
import { GROUP_SCHEMA } from '../schemas/group-schema.ts'
import { ScimError } from '../scim-error.ts'
import { SCIM_LIMITS } from '../scim-limits.ts'

/** A group, and what the caller calls it. */
export interface ProvisionedGroup {
  readonly group: Group
  readonly externalId: string | undefined
}

/** @param members undefined: they are not told, and then there is no version either */
export function groupResource(
  { group, externalId }: ProvisionedGroup,
  members: readonly GroupMember[] | undefined,
  base: string,
): Document {
  return {
    schemas: [GROUP_SCHEMA],
    id: group.id,
    ...(externalId !== undefined && { externalId }),
    displayName: group.name,
    ...(members !== undefined && {
      members: members.map(({ sub, username }) => ({
        value: sub,
        $ref: `${base}/Users/${sub}`,
        display: username,
        type: 'User',
      })),
    }),
    meta: {
      resourceType: 'Group',
      created: new Date(group.createdAt * 1000).toISOString(),
      lastModified: new Date(group.updatedAt * 1000).toISOString(),
      location: `${base}/Groups/${group.id}`,
    },
  }
}

/**
 * All members of a group.
 * @param room how many may be told; a part is never told, because a client would write the part back
 * @throws ScimError `tooMany`
 */
export async function allMembers(
  id: string,
  { groups }: Pick<Directory, 'groups'>,
  room: number = SCIM_LIMITS.membersTold,
): Promise<GroupMember[]> {
  const found: GroupMember[] = []
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: GroupMember[] = await groups.members(id, {
      after,
      limit: SCIM_LIMITS.pageResources,
    })
    found.push(...page)
    if (found.length > room) {
      throw new ScimError(
        'tooMany',
        `more than ${SCIM_LIMITS.membersTold} members: ask with excludedAttributes=members, and for /Users with the filter groups.value eq "${id}"`,
      )
    }
    after = page.length < SCIM_LIMITS.pageResources ? undefined : page.at(-1)?.sub
  }
  return found
}
