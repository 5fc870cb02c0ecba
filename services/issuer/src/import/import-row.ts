/** One person as a file of another system describes them, in wire names: docs/operate/import.md. */
import { DIRECTORY_LIMITS, type NewUser, type UserChange } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import { type Static, Type } from 'typebox'
import { closedObject } from '../admin/framework/closed.ts'
import { RoleNames } from '../admin/grant-schema.ts'
import { Attributes, profileSchema } from '../admin/user-answer.ts'

/** A Keycloak credential is the longest kind. */
const PASSWORD_HASH_CHARS = 2048

export const ImportRow = closedObject(
  {
    line: Type.Integer({ minimum: 1, description: 'Of the file, for the answer.' }),
    username: Type.String({ minLength: 1, maxLength: LIMITS.usernameChars }),
    name: Type.Optional(Type.String({ maxLength: DIRECTORY_LIMITS.nameChars })),
    email: Type.Optional(Type.String({ maxLength: DIRECTORY_LIMITS.emailChars })),
    email_verified: Type.Optional(Type.Boolean()),
    locale: Type.Optional(Type.String({ maxLength: DIRECTORY_LIMITS.localeChars })),
    external_id: Type.Optional(Type.String({ maxLength: DIRECTORY_LIMITS.externalIdChars })),
    status: Type.Optional(Type.Enum(['active', 'disabled', 'must_change_password'])),
    password_hash: Type.Optional(Type.String({ maxLength: PASSWORD_HASH_CHARS })),
    roles: Type.Optional(RoleNames),
    groups: Type.Optional(
      Type.Array(Type.String({ maxLength: DIRECTORY_LIMITS.groupNameChars }), {
        maxItems: DIRECTORY_LIMITS.groupsPerUser,
        description: 'Names.',
      }),
    ),
    profile: Type.Optional(closedObject(profileSchema())),
    attributes: Type.Optional(Attributes),
  },
  'ImportRow',
)
export type ImportRow = Static<typeof ImportRow>

/** @param groups ids of the groups that the row names */
export function newUserOf(row: ImportRow, groups: readonly string[]): NewUser {
  const { password_hash: passwordHash, status } = row
  return {
    ...changeOf(row, groups),
    username: row.username,
    ...(passwordHash !== undefined && { passwordHash }),
    mustChangePassword: status === 'must_change_password',
  }
}

/** What a row changes of somebody who is there: never the user name, and never a password. */
export function changeOf(row: ImportRow, groups: readonly string[]): UserChange {
  const { name, email, locale, roles, profile, attributes } = row
  return {
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(row.email_verified !== undefined && { emailVerified: row.email_verified }),
    ...(locale !== undefined && { locale }),
    ...(row.external_id !== undefined && { externalId: row.external_id }),
    ...(roles && { roles }),
    ...(row.groups && { groups }),
    ...(profile && { profile }),
    ...(attributes && { attributes }),
  }
}
