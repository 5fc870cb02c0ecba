/** Discovery: OpenID Connect Discovery section 4, RFC 8414 section 3. Both addresses give the same document. */
import { ROUTES_DETAIL_TYPE } from '@latchkey/protocol'
import { ASYMMETRIC_ALGS, DPOP_ALGS } from '@latchkey/tokens'
import type { FastifyInstance } from 'fastify'
import { PROMPTS } from '../checks/prompt.ts'
import { RESPONSE_MODES } from '../checks/response.ts'
import { SCOPES } from '../checks/scope.ts'
import { KEY_PAIR_ALGS } from '../keys/signing-keys.ts'
import { CLAIMS } from '../minting/claim-names.ts'
import { CLIENT_SIGNING_ALGS } from '../minting/client-signing.ts'
import { ACR_VALUES } from '../sessions/acr-values.ts'
import type { Settings } from '../settings/settings.ts'
import { GLOBAL_REVOCATION_PATH } from './global-revocation.ts'

export interface DiscoveryDeps extends Pick<Settings, 'issuer' | 'languages' | 'tlsClientHeader'> {
  readonly registration?: Settings['registration'] | undefined
  readonly attributes?: Settings['attributes'] | undefined
  readonly grantTypes: readonly string[]
}

/** An issuer has no path, so that RFC 8414 section 3.1 and OpenID Connect Discovery section 4 agree where they stand. */
const ADDRESSES = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']

/** Members that are addresses, by their path at the issuer. */
const ENDPOINTS = {
  authorization_endpoint: '/authorize',
  token_endpoint: '/token',
  userinfo_endpoint: '/userinfo',
  jwks_uri: '/jwks',
  device_authorization_endpoint: '/device_authorization',
  revocation_endpoint: '/revoke',
  introspection_endpoint: '/introspect',
  pushed_authorization_request_endpoint: '/par',
  global_token_revocation_endpoint: GLOBAL_REVOCATION_PATH,
  end_session_endpoint: '/logout',
}

/** What /authorize takes and gives. */
const AUTHORIZATION = {
  response_types_supported: ['code'],
  response_modes_supported: RESPONSE_MODES,
  code_challenge_methods_supported: ['S256'],
  prompt_values_supported: PROMPTS,
  acr_values_supported: ACR_VALUES,
  claims_parameter_supported: true,
  authorization_details_types_supported: [ROUTES_DETAIL_TYPE],
  // Per client: some must push or sign, nobody else has to.
  require_pushed_authorization_requests: false,
  require_signed_request_object: false,
  request_parameter_supported: true,
  request_object_signing_alg_values_supported: ASYMMETRIC_ALGS,
  // Of others: our own, of what was pushed, are always good. The default is true, so it must be said (OpenID Connect Discovery section 3).
  request_uri_parameter_supported: false,
  authorization_response_iss_parameter_supported: true,
}

/** How clients say who they are, and which keys they hold. */
function clientAuthentication({ tlsClientHeader }: DiscoveryDeps) {
  // Certificates of clients reach this process in that header only (RFC 8705).
  const hasClientCertificates = tlsClientHeader !== undefined
  const confidential = [
    'client_secret_basic',
    'client_secret_post',
    'private_key_jwt',
    ...(hasClientCertificates ? ['tls_client_auth'] : []),
  ]
  const methods = [...confidential, 'none']
  return {
    token_endpoint_auth_methods_supported: methods,
    token_endpoint_auth_signing_alg_values_supported: ASYMMETRIC_ALGS,
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: ASYMMETRIC_ALGS,
    // RFC 7662 section 2.1: who has no secret could try out tokens.
    introspection_endpoint_auth_methods_supported: confidential,
    introspection_endpoint_auth_signing_alg_values_supported: ASYMMETRIC_ALGS,
    dpop_signing_alg_values_supported: DPOP_ALGS,
    tls_client_certificate_bound_access_tokens: hasClientCertificates,
  }
}

/** What tokens and user info say, and how they are signed. */
const TOKENS = {
  scopes_supported: SCOPES,
  subject_types_supported: ['public', 'pairwise'],
  claim_types_supported: ['normal'],
  id_token_signing_alg_values_supported: CLIENT_SIGNING_ALGS,
  userinfo_signing_alg_values_supported: CLIENT_SIGNING_ALGS,
  introspection_signing_alg_values_supported: KEY_PAIR_ALGS,
}

/** How apps hear that a session has ended. */
const LOGOUT = {
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
  frontchannel_logout_supported: true,
  frontchannel_logout_session_supported: true,
}

export function discoveryDocument(deps: DiscoveryDeps) {
  const { issuer, registration, grantTypes, languages, attributes = [] } = deps
  const isOpen = registration !== undefined && registration.mode !== 'off'
  const addresses = Object.entries(ENDPOINTS).map(([name, path]) => [name, `${issuer}${path}`])
  return {
    issuer,
    ...(Object.fromEntries(addresses) as typeof ENDPOINTS),
    ...(isOpen && { registration_endpoint: `${issuer}/register` }),
    grant_types_supported: grantTypes,
    ui_locales_supported: languages,
    ...AUTHORIZATION,
    ...clientAuthentication(deps),
    ...TOKENS,
    claims_supported: [...CLAIMS, ...attributes.flatMap(({ claim }) => claim ?? [])],
    ...LOGOUT,
  }
}

export function discovery(deps: DiscoveryDeps) {
  const body = JSON.stringify(discoveryDocument(deps), omitEmptyList)
  return async (app: FastifyInstance) => {
    for (const url of ADDRESSES) {
      app.get(url, async (_request, reply) => {
        return await reply
          .header('cache-control', 'public, max-age=300')
          .header('access-control-allow-origin', '*')
          .type('application/json; charset=utf-8')
          .send(body)
      })
    }
  }
}

/** RFC 8414 section 3.2: a list without elements is left out. */
function omitEmptyList(_name: string, value: unknown): unknown {
  return Array.isArray(value) && value.length === 0 ? undefined : value
}
