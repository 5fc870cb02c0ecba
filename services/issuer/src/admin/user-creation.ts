/** POST /admin/v1/users: adds a person. */
import { DIRECTORY_LIMITS, type NewUser, type Users } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import { type Static, Type } from 'typebox'
import { adminRoute, adminRoutes } from './framework/admin-route.ts'
import { closedObject } from './framework/closed.ts'
import { ADMIN_ONLY } from './framework/shipped-roles.ts'
import { ExternalId, Grants, RoleNames } from './grant-schema.ts'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RightsChange } from './rights-change.ts'
import { Attributes, describeUser, profileSchema, UserAnswer } from './user-answer.ts'

export interface AdminUserCreationDeps {
  readonly users: Pick<Users, 'hashPassword'>
  readonly rightsChange: RightsChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

export const GroupIds = Type.Array(Type.String({ maxLength: 64 }), {
  maxItems: DIRECTORY_LIMITS.groupsPerUser,
})

const NewUserBody = closedObject(
  {
    username: Type.String({ minLength: 1, maxLength: LIMITS.usernameChars }),
    name: Type.Optional(Type.String({ maxLength: DIRECTORY_LIMITS.nameChars })),
    email: Type.Optional(Type.String({ maxLength: DIRECTORY_LIMITS.emailChars })),
    email_verified: Type.Optional(Type.Boolean()),
    locale: Type.Optional(Type.String({ maxLength: DIRECTORY_LIMITS.localeChars })),
    password: Type.Optional(Type.String({ maxLength: LIMITS.passwordBytes })),
    must_change_password: Type.Optional(Type.Boolean()),
    external_id: Type.Optional(ExternalId),
    roles: Type.Optional(RoleNames),
    groups: Type.Optional(GroupIds),
    grants: Type.Optional(Grants),
    profile: Type.Optional(closedObject(profileSchema())),
    attributes: Type.Optional(Attributes),
  },
  'NewUser',
)

/** An audit record has room for 4 KB. */
const MOST_ROLES_CHARS = 2000

export function adminUserCreation(deps: AdminUserCreationDeps) {
  return adminRoutes(
    adminRoute({
      method: 'POST',
      path: '/users',
      summary: 'Adds a person',
      roles: ADMIN_ONLY,
      body: NewUserBody,
      answers: { 201: UserAnswer },
      idempotent: true,
      etag: true,
      async handle(request, reply) {
        // Before the transaction: others would wait for the hash.
        const given = await newUser(request.body, deps)
        const user = await deps.rightsChange(request, 'user.create', async (inside) => {
          const created = await inside.users.create(given)
          await deps.refuseMoreThanOwn(request, created, inside)
          const { sub, username } = created
          const roles = created.roles.join(', ').slice(0, MOST_ROLES_CHARS)
          // Nobody has a token of theirs yet: nothing is stale.
          return { target: `user ${sub}`, detail: { username, roles }, result: created, stale: [] }
        })
        reply.header('location', `/admin/v1/users/${user.sub}`)
        return await reply.code(201).send(describeUser(user))
      },
    }),
  )
}

async function newUser(
  body: Static<typeof NewUserBody>,
  { users }: Pick<AdminUserCreationDeps, 'users'>,
): Promise<NewUser> {
  const {
    password,
    email_verified: emailVerified,
    must_change_password: mustChangePassword,
    external_id: externalId,
    ...rest
  } = body
  return {
    ...rest,
    ...(emailVerified !== undefined && { emailVerified }),
    ...(mustChangePassword !== undefined && { mustChangePassword }),
    ...(externalId !== undefined && { externalId }),
    ...(password !== undefined && { passwordHash: await users.hashPassword(password) }),
  }
}
