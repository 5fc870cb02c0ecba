/** What the bodies and answers about clients look like, from the descriptions of the settings. */
import { DIRECTORY_LIMITS } from '@latchkey/directory'
import { LIMITS } from '@latchkey/protocol'
import { type TOptional, type TUnsafe, Type } from 'typebox'
import { closedObject } from '../framework/closed.ts'
import { Grants } from '../grant-schema.ts'
import { CLIENT_METADATA, type MetadataName } from './client-wire.ts'

/** JWKs have members that only their kind knows. */
const KEY_SET = {
  type: 'object',
  properties: {
    keys: {
      type: 'array',
      minItems: 1,
      maxItems: DIRECTORY_LIMITS.keysPerClient,
      items: { type: 'object', patternProperties: { '': {} } },
    },
  },
  required: ['keys'],
  additionalProperties: false,
}

function schemaOf(name: MetadataName): Readonly<Record<string, unknown>> {
  return name === 'jwks' ? KEY_SET : CLIENT_METADATA[name].kind.schema
}

const metadata = (wrap: (schema: Readonly<Record<string, unknown>>) => object) =>
  Object.fromEntries(
    (Object.keys(CLIENT_METADATA) as MetadataName[]).map((name) => {
      const { description } = CLIENT_METADATA[name]
      return [name, Type.Optional(Type.Unsafe<unknown>({ ...wrap(schemaOf(name)), description }))]
    }),
  ) as { [Name in MetadataName]: TOptional<TUnsafe<unknown>> }

export const ClientId = Type.String({ minLength: 1, maxLength: LIMITS.clientIdChars })

export const NewClientBody = closedObject({
  client_id: ClientId,
  ...metadata((schema) => schema),
  grants: Type.Optional(Grants),
})

/** JSON merge patch (RFC 7396): null takes a member back to its default. */
export const ClientPatch = closedObject({
  ...metadata((schema) => ({ anyOf: [schema, { type: 'null' }] })),
  grants: Type.Optional(Grants),
})

const MEMBERS = {
  client_id: Type.String(),
  ...metadata((schema) => schema),
  grants: Grants,
  disabled: Type.Boolean(),
  created_at: Type.Integer(),
  owned_by: Type.Optional(
    Type.String({
      description: 'The cluster file that alone may change it; told of one client only.',
    }),
  ),
}

export const ClientAnswer = closedObject(MEMBERS, 'Client')

const SECRET = {
  secret_id: Type.Integer({ description: 'Names the secret; never given again.' }),
  client_secret: Type.String({ description: 'Shown this once.' }),
}

/** With the secret that was made for it, if it has one. */
export const ChangedClientAnswer = closedObject(
  {
    ...MEMBERS,
    secret_id: Type.Optional(SECRET.secret_id),
    client_secret: Type.Optional(SECRET.client_secret),
  },
  'ClientWithSecret',
)

export const NewSecretAnswer = closedObject({ ...SECRET, created_at: Type.Integer() }, 'NewSecret')

export const SecretAnswer = closedObject(
  {
    secret_id: SECRET.secret_id,
    created_at: Type.Integer(),
    expires_at: Type.Optional(
      Type.Integer({ description: 'First second in which it is good for nothing.' }),
    ),
    last_used_at: Type.Optional(Type.Integer({ description: 'To the day.' })),
    opens_feeds: Type.Boolean({
      description:
        'False: the issuer knows its digest alone, which opens no feed and signs no HS256.',
    }),
  },
  'Secret',
)
