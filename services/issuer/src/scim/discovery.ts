/** What this SCIM can: RFC 7643 sections 5 to 7, RFC 7644 section 4. */
import type { FastifyInstance } from 'fastify'
import { sendScim } from './answer.ts'
import { listBody } from './lists.ts'
import type { Document } from './schemas/canonical.ts'
import { GROUP, GROUP_SCHEMA } from './schemas/group-schema.ts'
import { describeAttribute, type ScimSchema } from './schemas/scim-attribute.ts'
import { ENTERPRISE_SCHEMA, USER_SCHEMA, type UserSchemas } from './schemas/user-schema.ts'
import { ScimError } from './scim-error.ts'
import { SCIM_LIMITS } from './scim-limits.ts'
import { SCIM_PREFIX } from './scim-type.ts'

export interface ScimDiscoveryDeps {
  readonly base: string
  readonly schemas: UserSchemas
}

const CONFIG = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'
const SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema'
const RESOURCE_TYPE = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType'

export function scimDiscovery(deps: ScimDiscoveryDeps) {
  const { base, schemas } = deps
  const config = { config: { granted: true } } as const
  const schemaList = [schemas.core, schemas.enterprise, GROUP].map((one) => describe(one, base))
  const types = resourceTypes(base)
  return async (app: FastifyInstance): Promise<void> => {
    app.get(`${SCIM_PREFIX}/ServiceProviderConfig`, config, async (_, reply) =>
      sendScim(reply, providerConfig(base)),
    )
    addList(app, `${SCIM_PREFIX}/Schemas`, schemaList)
    addList(app, `${SCIM_PREFIX}/ResourceTypes`, types)
    // RFC 7644 sections 3.4.3, 3.7 and 3.11: what is not offered says so.
    for (const path of ['.search', 'Bulk', 'Me']) {
      app.post(`${SCIM_PREFIX}/${path}`, config, async () => {
        throw new ScimError(
          undefined,
          `${path} is not supported: ServiceProviderConfig says what is`,
          501,
        )
      })
    }
  }
}

/** A list that is always told whole, and each of its members. */
function addList(app: FastifyInstance, url: string, all: readonly Document[]): void {
  const config = { config: { granted: true } } as const
  app.get<{ Querystring: { filter?: unknown } }>(url, config, async (request, reply) => {
    // RFC 7644 section 4: forbidden, so that nobody takes the whole for what was asked.
    if (request.query.filter !== undefined) {
      throw new ScimError(undefined, 'this list has no filter', 403)
    }
    return await sendScim(reply, listBody(all, all.length, 1))
  })
  app.get<{ Params: { id: string } }>(`${url}/:id`, config, async (request, reply) => {
    const found = all.find(({ id }) => id === request.params.id)
    if (found) return await sendScim(reply, found)
    throw new ScimError(undefined, 'there is nothing of this id', 404)
  })
}

function providerConfig(base: string): object {
  return {
    schemas: [CONFIG],
    patch: { supported: true },
    bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
    filter: { supported: true, maxResults: SCIM_LIMITS.pageResources },
    changePassword: { supported: true },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: 'An access token of this issuer for itself, by client credentials.',
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
      {
        type: 'httpbasic',
        name: 'HTTP Basic',
        description: 'The id and the secret of a client that may ask for such a token.',
        specUri: 'https://www.rfc-editor.org/info/rfc7617',
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
  }
}

function describe({ attributes, ...schema }: ScimSchema, base: string): Document {
  return {
    schemas: [SCHEMA],
    ...schema,
    attributes: attributes.map(describeAttribute),
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${schema.id}` },
  }
}

function resourceTypes(base: string): Document[] {
  const rows = [
    { name: 'User', endpoint: '/Users', schema: USER_SCHEMA, extension: ENTERPRISE_SCHEMA },
    { name: 'Group', endpoint: '/Groups', schema: GROUP_SCHEMA, extension: undefined },
  ]
  return rows.map(({ name, endpoint, schema, extension }) => ({
    schemas: [RESOURCE_TYPE],
    id: name,
    name,
    description: `${name}s of the directory`,
    endpoint,
    schema,
    ...(extension && { schemaExtensions: [{ schema: extension, required: false }] }),
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
  }))
}
