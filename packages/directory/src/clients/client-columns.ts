import type { ServiceGrant } from '../directory.ts'
import { flag, json, optional, textList } from '../sql/columns.ts'
import type { ClientRow } from '../sql/tables.ts'
import type { ClientMembers } from './complete-client.ts'

/** What stands in other tables or is decided elsewhere. */
type OtherColumns = 'id' | 'created_at'

export function clientColumns(client: ClientMembers): Omit<ClientRow, OtherColumns> {
  return {
    name: client.name,
    redirect_uris: JSON.stringify(client.redirectUris),
    post_logout_redirect_uris: JSON.stringify(client.postLogoutRedirectUris),
    backchannel_logout_uri: client.backchannelLogoutUri ?? null,
    frontchannel_logout_uri: client.frontchannelLogoutUri ?? null,
    frontchannel_session_required: flag(client.frontchannelSessionRequired),
    grant_types: JSON.stringify(client.grantTypes),
    auth_method: client.authMethod,
    jwks: json(client.jwks && { keys: client.jwks.keys }),
    jwks_uri: client.jwksUri ?? null,
    assertion_alg: client.assertionAlg ?? null,
    tls_client_name: json(client.tlsClientName),
    require_pkce: flag(client.requirePkce),
    require_pushed_requests: flag(client.requirePushedRequests),
    require_signed_requests: flag(client.requireSignedRequests),
    request_object_alg: client.requestObjectAlg ?? null,
    require_dpop: flag(client.requireDpop),
    first_party: flag(client.firstParty),
    token_api: flag(client.tokenApi),
    may_impersonate: flag(client.mayImpersonate),
    signals: flag(client.signals),
    id_token_alg: client.idTokenAlg,
    userinfo_alg: client.userinfoAlg ?? null,
    introspection_alg: client.introspectionAlg,
    subject_type: client.subjectType,
    sector_host: client.sectorHost ?? null,
    default_max_age: client.defaultMaxAge ?? null,
    cors_origins: JSON.stringify(client.corsOrigins),
    client_uri: client.clientUri ?? null,
    policy_uri: client.policyUri ?? null,
    tos_uri: client.tosUri ?? null,
    contacts: JSON.stringify(client.contacts),
    initiate_login_uri: client.initiateLoginUri ?? null,
    registration_token_hash: client.registrationTokenHash ?? null,
    disabled: flag(client.disabled),
  }
}

/** The other way round. */
export function clientMembers(
  row: ClientRow,
  services: readonly string[],
  grants: readonly ServiceGrant[],
): ClientMembers {
  return {
    id: row.id,
    name: row.name,
    redirectUris: textList(row.redirect_uris),
    postLogoutRedirectUris: textList(row.post_logout_redirect_uris),
    ...optional('backchannelLogoutUri', row.backchannel_logout_uri),
    ...optional('frontchannelLogoutUri', row.frontchannel_logout_uri),
    frontchannelSessionRequired: row.frontchannel_session_required === 1,
    grantTypes: textList(row.grant_types),
    authMethod: row.auth_method,
    ...optional('jwks', row.jwks === null ? null : JSON.parse(row.jwks)),
    ...optional('jwksUri', row.jwks_uri),
    ...optional('assertionAlg', row.assertion_alg),
    ...optional(
      'tlsClientName',
      row.tls_client_name === null ? null : JSON.parse(row.tls_client_name),
    ),
    requirePkce: row.require_pkce === 1,
    requirePushedRequests: row.require_pushed_requests === 1,
    requireSignedRequests: row.require_signed_requests === 1,
    ...optional('requestObjectAlg', row.request_object_alg),
    requireDpop: row.require_dpop === 1,
    services,
    firstParty: row.first_party === 1,
    tokenApi: row.token_api === 1,
    mayImpersonate: row.may_impersonate === 1,
    signals: row.signals === 1,
    grants,
    idTokenAlg: row.id_token_alg,
    ...optional('userinfoAlg', row.userinfo_alg),
    introspectionAlg: row.introspection_alg,
    subjectType: row.subject_type,
    ...optional('sectorHost', row.sector_host),
    ...optional('defaultMaxAge', row.default_max_age),
    corsOrigins: textList(row.cors_origins),
    ...optional('clientUri', row.client_uri),
    ...optional('policyUri', row.policy_uri),
    ...optional('tosUri', row.tos_uri),
    contacts: textList(row.contacts),
    ...optional('initiateLoginUri', row.initiate_login_uri),
    ...optional('registrationTokenHash', row.registration_token_hash),
    disabled: row.disabled === 1,
  }
}
