import { DIRECTORY_LIMITS } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import { Type } from 'typebox'
import { closedObject } from './framework/closed.ts'

/** A grant as callers write it and as it is answered; `until` is the second from which it counts no more. */
export const Grant = closedObject(
  {
    audience: Type.String({ minLength: 1, maxLength: DIRECTORY_LIMITS.audienceChars }),
    grant: Type.String({ minLength: 1, maxLength: 1024 }),
    until: Type.Optional(Type.Integer({ minimum: 1, maximum: DIRECTORY_LIMITS.untilSeconds })),
  },
  'Grant',
)

export const Grants = Type.Array(Grant, { maxItems: DIRECTORY_LIMITS.grantsPerOwner })

export const RoleNames = Type.Array(
  Type.String({ minLength: 1, maxLength: DIRECTORY_LIMITS.roleNameChars }),
  { maxItems: DIRECTORY_LIMITS.rolesPerUser },
)

export const ExternalId = Type.String({ maxLength: DIRECTORY_LIMITS.externalIdChars })

export const Search = Type.Optional(
  Type.String({ maxLength: LIMITS.usernameChars, description: 'A part of it, in any case.' }),
)
