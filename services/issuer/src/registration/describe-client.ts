import type { Client } from '@latchkey/directory'
import { CLIENT_MEMBERS } from '../settings/client-members.ts'
import { METADATA_FIELDS } from './metadata-fields.ts'

export interface RegistrationFacts {
  readonly issuer: string
  /** Shown to whoever holds it already. */
  readonly accessToken: string
  /** Shown once: only its digest is kept. */
  readonly secret?: string | undefined
}

/** The client information response, with all metadata as registered: RFC 7591 section 3.2.1, RFC 7592 section 3. */
export function describeClient(client: Client, { issuer, accessToken, secret }: RegistrationFacts) {
  const names = Object.keys(METADATA_FIELDS) as (keyof typeof METADATA_FIELDS)[]
  const metadata = names.flatMap((name) => {
    const value = client[CLIENT_MEMBERS[name]]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    client_id: client.id,
    client_id_issued_at: client.createdAt,
    // Section 3.2.1: required beside a secret; 0 means never.
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    registration_access_token: accessToken,
    registration_client_uri: `${issuer}/register/${client.id}`,
    ...Object.fromEntries(metadata),
    response_types: client.grantTypes.includes('authorization_code') ? ['code'] : [],
  }
}
