import type { DeclaredClient } from '@latchkey/directory'
import type { CLIENT_FIELDS } from './client-fields.ts'
import { given } from './given.ts'

/**
 * Client metadata: the name on the wire, which the settings file has too, and the member of the directory's record. What is missing
 * here has no member of its own.
 */
export const CLIENT_MEMBERS = {
  client_id: 'id',
  client_name: 'name',
  secret: 'secret',
  secret_hash: 'secretHash',
  next_secret: 'nextSecret',
  next_secret_hash: 'nextSecretHash',
  redirect_uris: 'redirectUris',
  post_logout_redirect_uris: 'postLogoutRedirectUris',
  backchannel_logout_uri: 'backchannelLogoutUri',
  frontchannel_logout_uri: 'frontchannelLogoutUri',
  frontchannel_logout_session_required: 'frontchannelSessionRequired',
  grant_types: 'grantTypes',
  token_endpoint_auth_method: 'authMethod',
  jwks: 'jwks',
  jwks_uri: 'jwksUri',
  token_endpoint_auth_signing_alg: 'assertionAlg',
  require_pkce: 'requirePkce',
  require_pushed_authorization_requests: 'requirePushedRequests',
  require_signed_request_object: 'requireSignedRequests',
  request_object_signing_alg: 'requestObjectAlg',
  dpop_bound_access_tokens: 'requireDpop',
  services: 'services',
  first_party: 'firstParty',
  token_api: 'tokenApi',
  may_impersonate: 'mayImpersonate',
  signals: 'signals',
  grants: 'grants',
  id_token_signed_response_alg: 'idTokenAlg',
  userinfo_signed_response_alg: 'userinfoAlg',
  introspection_signed_response_alg: 'introspectionAlg',
  subject_type: 'subjectType',
  sector_host: 'sectorHost',
  default_max_age: 'defaultMaxAge',
  cors_origins: 'corsOrigins',
  client_uri: 'clientUri',
  policy_uri: 'policyUri',
  tos_uri: 'tosUri',
  contacts: 'contacts',
  initiate_login_uri: 'initiateLoginUri',
  disabled: 'disabled',
} as const satisfies Partial<Record<keyof typeof CLIENT_FIELDS, keyof DeclaredClient>>

type Members = typeof CLIENT_MEMBERS

/** The values under the names of the directory, without those that are not given. */
export function membersOf<V extends object>(values: V) {
  const named = Object.entries(values).flatMap(([name, value]) =>
    name in CLIENT_MEMBERS ? [[CLIENT_MEMBERS[name as keyof Members], value] as const] : [],
  )
  return given(
    Object.fromEntries(named) as { [Name in keyof V & keyof Members as Members[Name]]: V[Name] },
  )
}
