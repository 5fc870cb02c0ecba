/** Which clients the rules use, and what each must be registered for. */
export const CLIENT_ROLES = {
  basic:
    'confidential, client_secret_basic; grants authorization_code and refresh_token; first-party: nobody is asked for consent',
  second: 'like `basic`, another client: what belongs to one must be of no use to the other',
  post: 'confidential, client_secret_post; grant authorization_code',
  no_pkce: 'confidential; may leave PKCE out',
  public: 'token_endpoint_auth_method none; grants authorization_code and refresh_token',
  assertion: 'private_key_jwt with `jwks` (private keys); grant authorization_code',
  machine: 'confidential; grant client_credentials',
  caller: 'confidential; may introspect the tokens of `basic` and of `resource`',
  resource: 'like `basic`; may ask for tokens for the first two of `resources`, not for the third',
  exchange:
    'confidential; grant token exchange; the client of `exchange.subject` hands its token to this one',
  consent: 'confidential; third-party: people are asked for consent',
  backchannel:
    'like `basic`, with `backchannel_logout_uri` at `listen` and `post_logout_redirect_uri`',
  frontchannel: 'like `basic`, with `frontchannel_logout_uri` and session required',
  device: 'public or confidential; grant device_code',
  request_object: 'confidential, with `jwks` (private keys) that sign request objects',
  dpop: 'public; grants authorization_code and refresh_token; no resource of its own',
  dpop_required: 'confidential; registered with dpop_bound_access_tokens',
  par_required: 'confidential; registered with require_pushed_authorization_requests',
  details: 'confidential; may ask for the `authorization_details` of the settings',
  pairwise: 'confidential; subject_type pairwise',
  pairwise_other: 'the same in another sector',
  id_token_es256: 'confidential; id_token_signed_response_alg ES256',
  id_token_eddsa: 'confidential; id_token_signed_response_alg EdDSA',
  id_token_ps256: 'confidential; id_token_signed_response_alg PS256',
  id_token_hs256: 'confidential; id_token_signed_response_alg HS256',
  signed_userinfo: 'confidential; userinfo_signed_response_alg of any asymmetric algorithm',
  fapi: 'private_key_jwt with `jwks`; pushed requests and DPoP required; PKCE required; grants authorization_code and refresh_token',
  fapi_second: 'like `fapi`, another client',
} as const

export type ClientRole = keyof typeof CLIENT_ROLES
