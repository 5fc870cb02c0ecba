import type { DeclaredClient, TlsClientName } from '@latchkey/directory'
import type { CLIENT_FIELDS } from './client-fields.ts'
import type { Values } from './field.ts'
import { given } from './given.ts'
import type { Reading } from './kinds.ts'
import type { Group } from './located.ts'

type ClientValues = Values<typeof CLIENT_FIELDS>

/** RFC 8705 section 2.1.2: each kind of name has a member of its own, and a client has one of them. */
const TLS_NAMES = {
  tls_client_auth_subject_dn: 'subject_dn',
  tls_client_auth_san_dns: 'san_dns',
  tls_client_auth_san_uri: 'san_uri',
  tls_client_auth_san_ip: 'san_ip',
  tls_client_auth_san_email: 'san_email',
} as const satisfies Partial<Record<keyof ClientValues, TlsClientName['kind']>>

/** Wire names end here. */
export function declareClient(client: ClientValues): DeclaredClient {
  return given({
    id: client.client_id,
    name: client.client_name,
    secret: client.secret,
    secretHash: client.secret_hash,
    redirectUris: client.redirect_uris,
    postLogoutRedirectUris: client.post_logout_redirect_uris,
    backchannelLogoutUri: client.backchannel_logout_uri,
    frontchannelLogoutUri: client.frontchannel_logout_uri,
    frontchannelSessionRequired: client.frontchannel_logout_session_required,
    grantTypes: client.grant_types,
    authMethod: client.token_endpoint_auth_method,
    jwks: client.jwks,
    jwksUri: client.jwks_uri,
    assertionAlg: client.token_endpoint_auth_signing_alg,
    tlsClientName: tlsClientName(client),
    requirePkce: client.require_pkce,
    requirePushedRequests: client.require_pushed_authorization_requests,
    requireSignedRequests: client.require_signed_request_object,
    requestObjectAlg: client.request_object_signing_alg,
    requireDpop: client.dpop_bound_access_tokens,
    services: client.services,
    firstParty: client.first_party,
    tokenApi: client.token_api,
    mayImpersonate: client.may_impersonate,
    grants: client.grants,
    idTokenAlg: client.id_token_signed_response_alg,
    userinfoAlg: client.userinfo_signed_response_alg,
    introspectionAlg: client.introspection_signed_response_alg,
    subjectType: client.subject_type,
    sectorHost: client.sector_host,
    defaultMaxAge: client.default_max_age,
    corsOrigins: client.cors_origins,
    clientUri: client.client_uri,
    policyUri: client.policy_uri,
    tosUri: client.tos_uri,
    contacts: client.contacts,
    initiateLoginUri: client.initiate_login_uri,
    disabled: client.disabled,
  })
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
