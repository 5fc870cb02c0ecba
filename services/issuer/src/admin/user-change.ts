/** PATCH /admin/v1/users/:sub: a JSON merge patch, RFC 7396. */
import {
  DIRECTORY_LIMITS,
  refuseOwned,
  type User,
  type UserChange,
  type UserProfile,
} from '@latchkey/directory'
import { LIMITS, OAuthError } from '@latchkey/protocol'
import { type Static, Type } from 'typebox'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { mergePatch } from './framework/merge-patch.ts'
import { refuseChanged } from './framework/preconditions.ts'
import { ADMIN_ONLY } from './framework/shipped-roles.ts'
import { ExternalId, Grants, RoleNames } from './grant-schema.ts'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RightsChange } from './rights-change.ts'
import { describeUser, profileSchema, UserAnswer } from './user-answer.ts'
import { GroupIds } from './user-creation.ts'
import { findUser, SUB } from './user-params.ts'

export interface AdminUserChangeDeps {
  readonly rightsChange: RightsChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

const orNull = <Schema extends Parameters<typeof Type.Optional>[0]>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]))

const PatchBody = closedObject(
  {
    username: Type.Optional(Type.String({ minLength: 1, maxLength: LIMITS.usernameChars })),
    name: orNull(Type.String({ maxLength: DIRECTORY_LIMITS.nameChars })),
    email: orNull(Type.String({ maxLength: DIRECTORY_LIMITS.emailChars })),
    email_verified: Type.Optional(Type.Boolean()),
    locale: orNull(Type.String({ maxLength: DIRECTORY_LIMITS.localeChars })),
    external_id: orNull(ExternalId),
    roles: Type.Optional(RoleNames),
    groups: Type.Optional(GroupIds),
    grants: Type.Optional(Grants),
    profile: Type.Optional(closedObject(profileSchema([Type.Null()]))),
    attributes: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' }),
        Type.Union([
          Type.String({ maxLength: DIRECTORY_LIMITS.attributesBytes }),
          Type.Number(),
          Type.Boolean(),
          Type.Array(Type.String(), { maxItems: 1024 }),
          Type.Null(),
        ]),
        { additionalProperties: false },
      ),
    ),
  },
  'UserChange',
)
type PatchBody = Static<typeof PatchBody>

export function adminUserChange(deps: AdminUserChangeDeps) {
  return adminRoutes(
    adminRoute({
      method: 'PATCH',
      path: '/users/:sub',
      summary: 'Changes a person: a JSON merge patch, null takes a member away',
      roles: ADMIN_ONLY,
      params: SUB,
      body: PatchBody,
      answers: { 200: UserAnswer },
      etag: true,
      conditional: true,
      handle: async (request) =>
        await deps.rightsChange(request, 'user.update', async (inside) => {
          const { sub } = request.params
          const before = await findUser(sub, inside.users)
          refuseOwnProof(request.admin?.sub, sub, request.body)
          refuseChanged(request, describeUser(before, await inside.owned.find('user', sub)))
          await refuseOwned(inside, 'user', sub)
          await deps.refuseMoreThanOwn(request, before, inside)
          const after = await inside.users.update(sub, changeOf(before, request.body))
          await deps.refuseMoreThanOwn(request, after, inside)
          const owner = await inside.owned.find('user', sub)
          return {
            target: `user ${sub}`,
            detail: { members: Object.keys(request.body).join(', ') },
            result: describeUser(after, owner),
            stale: hasOtherRights(before, after) ? [sub] : [],
          }
        }),
    }),
  )
}

/** Attack G10: whoever could say that an address is their own by asking would own every account of that address elsewhere. */
function refuseOwnProof(caller: string | undefined, sub: string, body: PatchBody): void {
  const { email_verified: isVerified, profile } = body
  if (caller !== sub || (isVerified !== true && profile?.['phone_number_verified'] !== true)) return
  throw new OAuthError('insufficient_scope', 'own_address', {
    description: 'somebody else has to say that your address or number is yours',
  })
}

function changeOf(before: User, body: PatchBody): UserChange {
  const { email_verified: emailVerified, external_id: externalId, name, email, locale } = body
  const { username, roles, groups, grants, profile, attributes } = body
  // '' is how the directory takes a member away.
  const texts = { name, email, locale, externalId }
  const given = Object.entries(texts).filter(([, value]) => value !== undefined)
  return {
    ...Object.fromEntries(given.map(([member, value]) => [member, value ?? ''])),
    ...(username !== undefined && { username }),
    ...(emailVerified !== undefined && { emailVerified }),
    ...(roles && { roles }),
    ...(groups && { groups }),
    ...(grants && { grants }),
    ...(profile && { profile: mergePatch(provenFor(before.profile, profile), profile) }),
    ...(attributes && { attributes: mergePatch(before.attributes, attributes) }),
  }
}

/** A new number is not verified because the one of before was. */
function provenFor(before: UserProfile, { phone_number }: Record<string, unknown>): UserProfile {
  if (phone_number === undefined || phone_number === before.phone_number) return before
  const { phone_number_verified: _, ...rest } = before
  return rest
}

function hasOtherRights(before: User, after: User): boolean {
  const rightsOf = ({ roles, groups, grants }: User) => JSON.stringify([roles, groups, grants])
  return rightsOf(before) !== rightsOf(after)
}
