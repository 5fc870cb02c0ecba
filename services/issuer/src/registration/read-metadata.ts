import { OAuthError } from '@latchkey/protocol'
import { membersOf } from '../settings/client-members.ts'
import type { Values } from '../settings/field.ts'
import { choice, list } from '../settings/kinds.ts'
import type { Group } from '../settings/located.ts'
import { type FileReading, readFields } from '../settings/read-fields.ts'
import { readJson } from '../settings/read-json.ts'
import { refuseMetadata } from './metadata-errors.ts'
import { METADATA_FIELDS } from './metadata-fields.ts'

export type Metadata = Readonly<Record<string, unknown>>

/** Only `code`: RFC 7591 section 2, `response_types`. */
const RESPONSE_TYPES = list(choice('code'))

/**
 * The metadata of a registration in the names of the directory, which checks it in full when it is saved.
 * @throws OAuthError of RFC 7591 section 3.2.2
 */
export function readMetadata(metadata: Metadata) {
  if (metadata['software_statement'] !== undefined) {
    throw new OAuthError('invalid_software_statement', 'software_statement_sent', {
      description: 'software statements are not supported here',
    })
  }
  // Section 8.1 of OpenID Connect Core: it would name another sector than the host that is taken here.
  if ((metadata['sector_identifier_uri'] ?? null) !== null) {
    throw refuseMetadata('sector_identifier_uri', 'sector_identifier_uri_sent', 'nothing')
  }
  const read = readJson(metadata, (group, reading) => ({
    fields: readFields(group, METADATA_FIELDS, reading),
    types: readResponseTypes(group, reading),
  }))
  switch (read.kind) {
    case 'read': {
      // Names with a fault would be missing here.
      const values = Object.fromEntries(read.value.fields) as Values<typeof METADATA_FIELDS>
      checkResponseTypes(read.value.types, values.grant_types)
      return membersOf(values)
    }
    case 'too-deep':
      throw refuseMetadata('metadata', 'metadata_too_deep', 'fewer levels')
    case 'fault': {
      const { at, code, expected } = read.fault
      throw refuseMetadata(at, code.replaceAll('-', '_'), expected)
    }
  }
}

function readResponseTypes(group: Group, reading: FileReading): readonly string[] | undefined {
  const found = group.entries.get('response_types')?.value
  if (found === undefined || (found.kind === 'scalar' && found.value === null)) return undefined
  return RESPONSE_TYPES.read(found, reading)
}

/** Section 2.1: the two have to say the same. */
function checkResponseTypes(types: readonly string[] | undefined, grants: readonly string[]): void {
  if (types === undefined || types.includes('code') === grants.includes('authorization_code'))
    return
  throw refuseMetadata('response_types', 'response_types_differ', 'those of the grant_types')
}
