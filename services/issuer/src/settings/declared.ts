import type {
  DeclaredDirectory,
  DeclaredGroup,
  DeclaredRole,
  DeclaredService,
  DeclaredUser,
} from '@latchkey/directory'
import { CLIENT_FIELDS } from './client-fields.ts'
import { checkTlsNames, declareClient } from './declare-client.ts'
import {
  DECLARED_GROUP_FIELDS,
  ROLE_FIELDS,
  SERVICE_FIELDS,
  USER_FIELDS,
} from './declared-fields.ts'
import type { Fields, Values } from './field.ts'
import { given } from './given.ts'
import type { Group } from './located.ts'
import { type FileReading, readRecords } from './read-fields.ts'

export const DECLARED_FIELDS = {
  services: SERVICE_FIELDS,
  clients: CLIENT_FIELDS,
  roles: ROLE_FIELDS,
  groups: DECLARED_GROUP_FIELDS,
  users: USER_FIELDS,
} as const

/** The lists of the file, in the names of the directory. */
export function readDeclared(
  root: Group,
  reading: FileReading,
  accessTokenSeconds: number,
): DeclaredDirectory {
  const read = <F extends Fields>(
    list: string,
    fields: F,
    check?: (group: Group, reading: FileReading) => void,
  ): Values<F>[] => {
    const found = root.entries.get(list)?.value
    if (found === undefined) return []
    const records = readRecords(found, fields, reading, check)
    // Names with a fault are missing here; the caller throws before anybody looks at them.
    return records.map((one) => Object.fromEntries(one) as Values<F>)
  }
  return {
    services: read('services', SERVICE_FIELDS).map((one) =>
      declareService(one, accessTokenSeconds),
    ),
    clients: read('clients', CLIENT_FIELDS, checkTlsNames).map(declareClient),
    roles: read('roles', ROLE_FIELDS).map((one): DeclaredRole => given(one)),
    groups: read('groups', DECLARED_GROUP_FIELDS).map(declareGroup),
    users: read('users', USER_FIELDS).map(declareUser),
  }
}

function declareService(
  { access_token_seconds, status_list, ...service }: Values<typeof SERVICE_FIELDS>,
  fallbackSeconds: number,
): DeclaredService {
  return {
    ...given(service),
    statusList: status_list,
    accessTokenSeconds: access_token_seconds ?? fallbackSeconds,
  }
}

function declareGroup({
  external_id: externalId,
  ...group
}: Values<typeof DECLARED_GROUP_FIELDS>): DeclaredGroup {
  return given({ ...group, externalId })
}

function declareUser({
  email_verified,
  password_hash,
  username,
  name,
  email,
  locale,
  external_id,
  attributes,
  roles,
  groups,
  grants,
  password,
  disabled,
  ...claims
}: Values<typeof USER_FIELDS>): DeclaredUser {
  const profile = given(claims)
  return given({
    username,
    name,
    email,
    emailVerified: email_verified,
    locale,
    externalId: external_id,
    attributes,
    roles,
    groups,
    grants,
    password,
    passwordHash: password_hash,
    disabled,
    profile: Object.keys(profile).length === 0 ? undefined : profile,
  })
}
