/** SCIM 2.0: what systems call that keep people and groups in step (docs/protocol/scim.md). */
import type { AttributeRule, Directory } from '@latchkey/directory'
import type { Clock } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import { refuseMoreThanOwn } from '../admin/own-rights.ts'
import { recordedChange } from '../admin/recorded-change.ts'
import { rightsChange } from '../admin/rights-change.ts'
import { jsonBody } from '../http/json-body.ts'
import { basicCaller } from '../scim/basic-caller.ts'
import { scimDiscovery } from '../scim/discovery.ts'
import { emptyDocument } from '../scim/empty-document.ts'
import { scimGroupChanges } from '../scim/groups/change-groups.ts'
import { scimGroupReading } from '../scim/groups/read-groups.ts'
import { guardScim } from '../scim/guard.ts'
import { EXTERNAL_ID, type Shape } from '../scim/schemas/canonical.ts'
import { USER_IGNORED, USER_SCHEMA, userSchemas } from '../scim/schemas/user-schema.ts'
import type { ScimDeps } from '../scim/scim-deps.ts'
import { SCIM_PREFIX, SCIM_TYPE } from '../scim/scim-type.ts'
import { scimUserChanges } from '../scim/users/change-user.ts'
import { scimUserCreation } from '../scim/users/create-user.ts'
import { scimUserDeletion } from '../scim/users/delete-user.ts'
import { scimUserReading } from '../scim/users/read-users.ts'
import type { Callers } from './callers.ts'
import type { Ending } from './ending.ts'
import type { People } from './people.ts'
import type { Tokens } from './tokens.ts'

export interface ScimWiring {
  readonly settings: {
    readonly issuer: string
    readonly attributes?: readonly AttributeRule[] | undefined
  }
  readonly store: Pick<Store, 'documents'>
  readonly directory: Directory
  readonly clock: Clock
  readonly ending: Pick<Ending, 'end' | 'endingChange'>
  readonly callers: Callers
  readonly tokens: Pick<Tokens, 'grants'>
  readonly people: Pick<People, 'codes'>
}

export function scim(wiring: ScimWiring) {
  const { settings, store, directory, clock, callers } = wiring
  const { issuer, attributes = [] } = settings
  const { end } = wiring.ending
  const recorded = recordedChange({ ...wiring.ending, clock })
  const schemas = userSchemas(attributes)
  const deps: ScimDeps = {
    base: `${issuer}${SCIM_PREFIX}`,
    schemas,
    directory,
    documents: store.documents,
    clock,
    codes: wiring.people.codes,
    end,
    recorded,
    rightsChange: rightsChange({ issuer, recorded }),
    refuseMoreThanOwn: refuseMoreThanOwn({ issuer, clock }),
  }
  const shape: Shape = {
    id: USER_SCHEMA,
    attributes: [...schemas.core.attributes, EXTERNAL_ID],
    extension: schemas.enterprise,
    ignored: USER_IGNORED,
  }
  return async (app: FastifyInstance): Promise<void> => {
    jsonBody(app, [SCIM_TYPE, 'application/json'])
    emptyDocument(app)
    guardScim(app, { readCaller: basicCaller({ ...callers, grants: wiring.tokens.grants }) })
    await app.register(scimDiscovery(deps))
    await app.register(scimUserReading(deps))
    await app.register(scimUserCreation(deps, shape))
    await app.register(scimUserChanges(deps, shape))
    await app.register(scimUserDeletion(deps))
    await app.register(scimGroupReading(deps))
    await app.register(scimGroupChanges(deps))
  }
}
