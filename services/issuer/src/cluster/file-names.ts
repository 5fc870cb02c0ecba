import type { OwnedKind } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import { CLIENT_MEMBERS } from '../settings/client-members.ts'

/** What the file calls the members that the directory names otherwise. Members that are not here have one name. */
const NAMES: Readonly<Record<OwnedKind, ReadonlyMap<string, string>>> = {
  service: new Map([
    ['accessTokenSeconds', 'access_token_seconds'],
    ['statusList', 'status_list'],
  ]),
  role: new Map(),
  group: new Map([['externalId', 'external_id']]),
  client: new Map([
    ...Object.entries(CLIENT_MEMBERS).map(([name, member]) => [member, name] as const),
    ['secrets', 'secret'],
    ['registrationToken', 'registration_token'],
    ['tlsClientName', 'tls_client_auth'],
  ]),
  user: new Map([
    ['emailVerified', 'email_verified'],
    ['externalId', 'external_id'],
    ['passwordHash', 'password_hash'],
  ]),
}

export function fileName(kind: OwnedKind, member: string): string {
  return NAMES[kind].get(member) ?? member
}

const PLACE = /^(service|role|group|client|user)s\[(\d+)\]\.(?:profile\.)?(\w+)(.*)$/

/** `clients[0].redirectUris[1]` of the directory is `clients[0].redirect_uris[1]` of the file. */
export function filePlace(where: string): string {
  const [, kind, index, member, rest] = PLACE.exec(where) ?? []
  if (kind === undefined || member === undefined) return where
  return `${kind}s[${index}].${fileName(kind as OwnedKind, member)}${rest}`
}

/** Runs `work`; the places of its InputErrors become those of the file. */
export async function inFileNames<T>(
  work: () => Promise<T>,
  place: (where: string) => string = (where) => where,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    throw error.moved((where) => where && place(filePlace(where)))
  }
}
