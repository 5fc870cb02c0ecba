/** A service as the admin API tells and takes it. */
import {
  DIRECTORY_LIMITS,
  type Directory,
  type Ownership,
  type StoredService,
} from '@latchkey/directory'
import { InputError, LIMITS } from '@latchkey/protocol'
import { type Static, Type } from 'typebox'
import { closedObject } from '../framework/closed.ts'
import { ownedBy } from '../user-answer.ts'

/** As one part of the path, percent-encoded: `https%3A%2F%2Forders.example`. */
export const AUDIENCE = {
  audience: Type.String({ minLength: 1, maxLength: DIRECTORY_LIMITS.audienceChars }),
}

const MEMBERS = {
  name: Type.String({
    minLength: 1,
    maxLength: DIRECTORY_LIMITS.nameChars,
    description: 'Shown to administrators; by default the audience.',
  }),
  alg: Type.Enum(['HS256', 'RS256', 'ES256', 'EdDSA'], {
    description:
      'How its tokens are signed; by default HS256, with a key that only it and the issuer have.',
  }),
  clients: Type.Array(Type.String({ minLength: 1, maxLength: LIMITS.clientIdChars }), {
    maxItems: DIRECTORY_LIMITS.clientsPerService,
    description: 'Clients whose credentials open its feed, and with it get its key.',
  }),
  access_token_seconds: Type.Integer({
    minimum: 30,
    maximum: LIMITS.accessTokenMaxSeconds,
    description: 'Lifetime of its access tokens.',
  }),
  status_list: Type.Boolean({
    description: 'Its tokens carry a place in a status list, for those that poll.',
  }),
}

const { name, alg, clients, access_token_seconds, status_list } = MEMBERS

/** Each member may be left out. */
export const SERVICE_MEMBERS = {
  name: Type.Optional(name),
  alg: Type.Optional(alg),
  clients: Type.Optional(clients),
  access_token_seconds: Type.Optional(access_token_seconds),
  status_list: Type.Optional(status_list),
}

export const ServicePatch = closedObject(SERVICE_MEMBERS)
export const NewServiceBody = closedObject({ ...AUDIENCE, ...SERVICE_MEMBERS })
export const ServiceAnswer = closedObject(
  {
    audience: Type.String(),
    ...MEMBERS,
    disabled: Type.Boolean(),
    owned_by: Type.Optional(
      Type.String({
        description: 'The cluster file that alone may change it; told of one service only.',
      }),
    ),
  },
  'Service',
)
export type ServiceAnswer = Static<typeof ServiceAnswer>

export function describeService(service: StoredService, owner?: Ownership): ServiceAnswer {
  return {
    audience: service.audience,
    name: service.name,
    alg: service.alg,
    clients: [...service.clients],
    access_token_seconds: service.accessTokenSeconds,
    status_list: service.statusList,
    disabled: service.disabled,
    ...ownedBy(owner),
  }
}

/** As GET answers it. Throws InputError `unknown-service`. */
export async function readService(
  audience: string,
  inside: Pick<Directory, 'services' | 'owned'>,
): Promise<ServiceAnswer> {
  const service = await findService(audience, inside)
  return describeService(service, await inside.owned.find('service', audience))
}

/** Throws InputError `unknown-service`. */
export async function findService(
  audience: string,
  { services }: Pick<Directory, 'services'>,
): Promise<StoredService> {
  const service = await services.find(audience)
  if (service) return service
  throw new InputError('unknown-service', {
    received: audience,
    expected: 'the audience of a service',
  })
}

/** Tokens for this API are for that service: nobody could undo it. */
export function refuseIssuer(audience: string, issuer: string): void {
  if (audience !== issuer) return
  throw new InputError('service-own', {
    received: `${audience}, which is this issuer`,
    expected: 'a service besides the issuer',
  })
}
