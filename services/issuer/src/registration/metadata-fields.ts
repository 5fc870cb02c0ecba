/** What apps may say of themselves: RFC 7591 section 2, OpenID Connect Registration section 2. What is not here is ignored. */
import { CLIENT_FIELDS } from '../settings/client-fields.ts'
import { withDefault } from '../settings/field.ts'
import { choice, list } from '../settings/kinds.ts'

const {
  client_name,
  redirect_uris,
  post_logout_redirect_uris,
  backchannel_logout_uri,
  frontchannel_logout_uri,
  frontchannel_logout_session_required,
  initiate_login_uri,
  client_uri,
  policy_uri,
  tos_uri,
  contacts,
  jwks,
  jwks_uri,
  token_endpoint_auth_signing_alg,
  require_pushed_authorization_requests,
  require_signed_request_object,
  request_object_signing_alg,
  dpop_bound_access_tokens,
  default_max_age,
  id_token_signed_response_alg,
  userinfo_signed_response_alg,
  introspection_signed_response_alg,
  subject_type,
} = CLIENT_FIELDS

/**
 * Read as the settings file is read. Rights are not among them: neither those of the operator's own clients, nor services, nor grants
 * of a machine. A name in a certificate is not one's own to claim, so `tls_client_auth` is for the operator to declare.
 */
export const METADATA_FIELDS = {
  client_name,
  redirect_uris,
  post_logout_redirect_uris,
  // RFC 7591 section 2: the default is this one alone.
  grant_types: withDefault(
    list(
      choice('authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'),
    ),
    ['authorization_code'],
    '',
  ),
  token_endpoint_auth_method: withDefault(
    choice('client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'),
    'client_secret_basic',
    '',
  ),
  backchannel_logout_uri,
  frontchannel_logout_uri,
  frontchannel_logout_session_required,
  initiate_login_uri,
  client_uri,
  policy_uri,
  tos_uri,
  contacts,
  jwks,
  jwks_uri,
  token_endpoint_auth_signing_alg,
  require_pushed_authorization_requests,
  require_signed_request_object,
  request_object_signing_alg,
  dpop_bound_access_tokens,
  default_max_age,
  id_token_signed_response_alg,
  userinfo_signed_response_alg,
  introspection_signed_response_alg,
  subject_type,
} as const
