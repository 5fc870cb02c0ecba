import type {
  DeclaredClient,
  DeclaredDirectory,
  DeclaredRole,
  DeclaredService,
  DeclaredUser,
} from '@latchkey/directory'
import { CLIENT_FIELDS, ROLE_FIELDS, SERVICE_FIELDS, USER_FIELDS } from './declared-fields.ts'
import type { Fields, Values } from './field.ts'
import type { Group } from './located.ts'
import { type FileReading, readRecords } from './read-fields.ts'

/** The lists of the file, in the names of the directory. Wire names end here. */
export function readDeclared(
  root: Group,
  reading: FileReading,
  accessTokenSeconds: number,
): DeclaredDirectory {
  const read = <F extends Fields>(list: string, fields: F): Values<F>[] => {
    const found = root.entries.get(list)?.value
    if (found === undefined) return []
    // Names with a fault are missing here; the caller throws before anybody looks at them.
    return readRecords(found, fields, reading).map((one) => Object.fromEntries(one) as Values<F>)
  }
  return {
    services: read('services', SERVICE_FIELDS).map((one) =>
      declareService(one, accessTokenSeconds),
    ),
    clients: read('clients', CLIENT_FIELDS).map(declareClient),
    roles: read('roles', ROLE_FIELDS).map((one): DeclaredRole => given(one)),
    users: read('users', USER_FIELDS).map(declareUser),
  }
}

function declareService(
  { access_token_seconds, ...service }: Values<typeof SERVICE_FIELDS>,
  fallbackSeconds: number,
): DeclaredService {
  return { ...given(service), accessTokenSeconds: access_token_seconds ?? fallbackSeconds }
}

function declareClient(client: Values<typeof CLIENT_FIELDS>): DeclaredClient {
  return given({
    id: client.client_id,
    name: client.client_name,
    secret: client.secret,
    secretHash: client.secret_hash,
    redirectUris: client.redirect_uris,
    postLogoutRedirectUris: client.post_logout_redirect_uris,
    backchannelLogoutUri: client.backchannel_logout_uri,
    grantTypes: client.grant_types,
    authMethod: client.token_endpoint_auth_method,
    requirePkce: client.require_pkce,
    services: client.services,
    firstParty: client.first_party,
    grants: client.grants,
    idTokenAlg: client.id_token_signed_response_alg,
    disabled: client.disabled,
  })
}

function declareUser({
  email_verified,
  password_hash,
  ...user
}: Values<typeof USER_FIELDS>): DeclaredUser {
  return given({ ...user, emailVerified: email_verified, passwordHash: password_hash })
}

type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** Members that are not undefined: to be left out means something to the directory. */
function given<T extends object>(members: T): Given<T> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as Given<T>
}
