import {
  ADDRESS_MEMBERS,
  DIRECTORY_LIMITS,
  type Ownership,
  PROFILE_TEXTS,
  type User,
} from '@latchkey/directory'
import { type TProperties, type TSchema, Type } from 'typebox'
import { closedObject } from './framework/closed.ts'
import { Grants } from './grant-schema.ts'

const Text = Type.String({ maxLength: 2048 })

function each<Name extends string, Schema extends TSchema>(names: readonly Name[], schema: Schema) {
  const members = names.map((name) => [name, Type.Optional(schema)] as const)
  return Object.fromEntries(members) as unknown as Record<
    Name,
    ReturnType<typeof Type.Optional<Schema>>
  >
}

/** Wire names of OpenID Connect Core section 5.1; the directory checks each. `or` is what may stand for each member besides. */
export function profileSchema(or: readonly TSchema[] = []): TProperties {
  const orAlso = (schema: TSchema) => (or.length === 0 ? schema : Type.Union([schema, ...or]))
  return {
    ...each(PROFILE_TEXTS, orAlso(Text)),
    phone_number_verified: Type.Optional(orAlso(Type.Boolean())),
    address: Type.Optional(orAlso(closedObject(each(ADDRESS_MEMBERS, orAlso(Text))))),
  }
}

/** By name; the settings say which there are, and the directory checks them. */
export const Attributes = Type.Record(
  Type.String({ pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' }),
  Type.Union([
    Type.String({ maxLength: DIRECTORY_LIMITS.attributesBytes }),
    Type.Number(),
    Type.Boolean(),
    Type.Array(Text, { maxItems: 1024 }),
  ]),
  { additionalProperties: false },
)

export const UserAnswer = closedObject(
  {
    sub: Type.String(),
    username: Type.String(),
    name: Type.String(),
    email: Type.Optional(Type.String()),
    email_verified: Type.Boolean(),
    locale: Type.Optional(Type.String()),
    status: Type.Enum(['active', 'disabled', 'must_change_password']),
    disabled: Type.Boolean(),
    must_change_password: Type.Boolean(),
    has_one_time_code: Type.Boolean(),
    external_id: Type.Optional(Type.String()),
    roles: Type.Array(Type.String()),
    groups: Type.Array(Type.String(), { description: 'Ids.' }),
    grants: Grants,
    profile: closedObject(profileSchema(), 'Profile'),
    attributes: Attributes,
    owned_by: Type.Optional(
      Type.String({
        description: 'The cluster file that alone may change it; told of one person only.',
      }),
    ),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
  },
  'User',
)

/** Nothing of the password, not even whether there is one. */
export function describeUser(user: User, owner?: Ownership) {
  return {
    sub: user.sub,
    username: user.username,
    name: user.name,
    ...(user.email !== undefined && { email: user.email }),
    email_verified: user.emailVerified,
    ...(user.locale !== undefined && { locale: user.locale }),
    status: statusOf(user),
    disabled: user.disabled,
    must_change_password: user.mustChangePassword,
    has_one_time_code: user.hasOneTimeCode,
    ...(user.externalId !== undefined && { external_id: user.externalId }),
    roles: user.roles,
    groups: user.groups,
    grants: user.grants,
    profile: user.profile,
    attributes: user.attributes,
    ...ownedBy(owner),
    created_at: user.createdAt,
    updated_at: user.updatedAt,
  }
}

function statusOf({ disabled, mustChangePassword }: User) {
  if (disabled) return 'disabled'
  return mustChangePassword ? 'must_change_password' : 'active'
}

export function ownedBy(owner: Ownership | undefined): { owned_by?: string } {
  return owner === undefined || owner.retired ? {} : { owned_by: owner.file }
}
