import type { DeclaredClient, TlsClientName } from '@latchkey/directory'
import type { CLIENT_FIELDS } from './client-fields.ts'
import { membersOf } from './client-members.ts'
import type { Values } from './field.ts'
import type { Reading } from './kinds.ts'
import type { Group } from './located.ts'

type ClientValues = Values<typeof CLIENT_FIELDS>

/** RFC 8705 section 2.1.2: each kind of name has a member of its own, and a client has one of them. */
export const TLS_NAMES = {
  tls_client_auth_subject_dn: 'subject_dn',
  tls_client_auth_san_dns: 'san_dns',
  tls_client_auth_san_uri: 'san_uri',
  tls_client_auth_san_ip: 'san_ip',
  tls_client_auth_san_email: 'san_email',
} as const satisfies Partial<Record<keyof ClientValues, TlsClientName['kind']>>

/** Wire names end here. */
export function declareClient(client: ClientValues): DeclaredClient {
  const name = tlsClientName(client)
  return { ...membersOf(client), ...(name && { tlsClientName: name }) }
}

function tlsClientName(client: ClientValues): TlsClientName | undefined {
  for (const [name, kind] of Object.entries(TLS_NAMES)) {
    const value = client[name as keyof typeof TLS_NAMES]
    if (value !== undefined) return { kind, value }
  }
  return undefined
}

/** Several names would leave open which one counts. */
export function checkTlsNames(group: Group, { report }: Pick<Reading, 'report'>): void {
  const [first, second] = Object.keys(TLS_NAMES).filter((name) => group.entries.has(name))
  if (first === undefined || second === undefined) return
  report({
    at: group.entries.get(second)?.keyAt ?? group.at,
    code: 'tls-name-twice',
    received: `${first} and ${second}`,
    expected: 'one of them',
  })
}
