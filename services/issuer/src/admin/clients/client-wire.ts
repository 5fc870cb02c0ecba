/** A client as the admin API tells and takes it: in the names of RFC 7591, as the settings file has them, by the same rules. */
import type { Client, NewClient, Ownership, ServiceGrant } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import { CLIENT_FIELDS } from '../../settings/client-fields.ts'
import { CLIENT_MEMBERS } from '../../settings/client-members.ts'
import { checkTlsNames, declareClient, TLS_NAMES } from '../../settings/declare-client.ts'
import type { Values } from '../../settings/field.ts'
import { readFields } from '../../settings/read-fields.ts'
import { readJson } from '../../settings/read-json.ts'
import { ownedBy } from '../user-answer.ts'

/** Those have members or addresses of their own here. */
const APART = [
  'client_id',
  'secret',
  'secret_hash',
  'next_secret',
  'next_secret_hash',
  'grants',
  'disabled',
] as const
type Apart = (typeof APART)[number]
type MetadataFields = Omit<typeof CLIENT_FIELDS, Apart>
export type MetadataName = keyof MetadataFields

/** What may be said about a client besides its id and its grants. */
export const CLIENT_METADATA = Object.fromEntries(
  Object.entries(CLIENT_FIELDS).filter(([name]) => !APART.some((apart) => apart === name)),
) as MetadataFields

export type ClientWire = Partial<Record<MetadataName, unknown>> & {
  readonly grants?: readonly ServiceGrant[]
}

/** All that is known of the client, defaults too; nothing of its secrets. */
export function describeClient(
  client: Client,
  owner?: Ownership,
): ClientWire & { client_id: string } {
  const metadata = (Object.keys(CLIENT_METADATA) as MetadataName[]).flatMap((name) => {
    const value = wireValue(client, name)
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    client_id: client.id,
    ...Object.fromEntries(metadata),
    grants: client.grants,
    ...{ disabled: client.disabled, created_at: client.createdAt },
    ...ownedBy(owner),
  }
}

function wireValue(client: Client, name: MetadataName): unknown {
  if (name in CLIENT_MEMBERS) {
    return client[CLIENT_MEMBERS[name as keyof typeof CLIENT_MEMBERS] as keyof Client]
  }
  const { tlsClientName } = client
  const isIts = tlsClientName?.kind === TLS_NAMES[name as keyof typeof TLS_NAMES]
  return isIts ? tlsClientName?.value : undefined
}

/** What is left out has its default. Throws InputError with the place in the body. */
export function readClient(id: string, { grants = [], ...metadata }: ClientWire): NewClient {
  // Whatever else an answer tells has no field here.
  const values = readMetadata(metadata)
  return { ...declareClient({ ...values, ...NOTHING, client_id: id }), id, grants }
}

function readMetadata(metadata: object): Values<MetadataFields> {
  const read = readJson(metadata, (group, reading) => {
    checkTlsNames(group, reading)
    return readFields(group, CLIENT_METADATA, reading)
  })
  switch (read.kind) {
    case 'read':
      // Names with a fault would be missing here.
      return Object.fromEntries(read.value) as Values<MetadataFields>
    case 'too-deep':
      throw new InputError('too-deep', { received: 'a deeper body', expected: 'fewer levels' })
    case 'fault': {
      const { code, received, expected, at } = read.fault
      throw new InputError(code, { received, expected, where: at })
    }
  }
}

const NOTHING = {
  secret: undefined,
  secret_hash: undefined,
  next_secret: undefined,
  next_secret_hash: undefined,
  grants: undefined,
  disabled: undefined,
}

const WIRE_NAMES = new Map<string, string>(
  Object.entries(CLIENT_MEMBERS).map(([name, member]) => [member, name]),
)

/** What the directory refuses, with its place under the name that the caller has used. */
export async function inWireNames<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof InputError) || error.where === undefined) throw error
    const { code, received, expected, where } = error
    const member = /^\w+/.exec(where)?.[0] ?? ''
    const name = WIRE_NAMES.get(member) ?? member
    throw new InputError(code, {
      received,
      expected,
      where: `${name}${where.slice(member.length)}`,
    })
  }
}
