/** Discovery: OpenID Connect Discovery section 4, RFC 8414 section 3. Both addresses give the same document. */
import type { FastifyInstance } from 'fastify'
import { SCOPES } from '../checks/scope.ts'
import { CLAIMS } from '../minting/claim-names.ts'
import { ACR_VALUES } from '../sessions/acr-values.ts'

export interface DiscoveryDeps {
  readonly issuer: string
  readonly grantTypes: readonly string[]
}

/** Members that are addresses, by their path at the issuer. */
const ENDPOINTS = {
  authorization_endpoint: '/authorize',
  token_endpoint: '/token',
  userinfo_endpoint: '/userinfo',
  jwks_uri: '/jwks',
  revocation_endpoint: '/revoke',
  introspection_endpoint: '/introspect',
  end_session_endpoint: '/logout',
}

/** What /authorize takes and gives. */
const AUTHORIZATION = {
  response_types_supported: ['code'],
  response_modes_supported: ['query'],
  code_challenge_methods_supported: ['S256'],
  prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
  acr_values_supported: ACR_VALUES,
  ui_locales_supported: ['en', 'zh-CN'],
  request_parameter_supported: false,
  // The default is true, so it must be said (OpenID Connect Discovery section 3).
  request_uri_parameter_supported: false,
  authorization_response_iss_parameter_supported: true,
}

const CONFIDENTIAL_METHODS = ['client_secret_basic', 'client_secret_post']
const METHODS = [...CONFIDENTIAL_METHODS, 'none']

/** How clients say who they are. */
const CLIENT_AUTHENTICATION = {
  token_endpoint_auth_methods_supported: METHODS,
  revocation_endpoint_auth_methods_supported: METHODS,
  // Section 2.1 of RFC 7662: who has no secret could try out tokens.
  introspection_endpoint_auth_methods_supported: CONFIDENTIAL_METHODS,
}

/** What tokens and user info say, and how they are signed. */
const TOKENS = {
  scopes_supported: SCOPES,
  subject_types_supported: ['public'],
  claim_types_supported: ['normal'],
  claims_supported: CLAIMS,
  claims_parameter_supported: false,
  id_token_signing_alg_values_supported: ['RS256', 'ES256', 'EdDSA'],
}

/** How apps hear that a session has ended. */
const LOGOUT = {
  backchannel_logout_supported: true,
  backchannel_logout_session_supported: true,
}

export function discoveryDocument({ issuer, grantTypes }: DiscoveryDeps) {
  const addresses = Object.entries(ENDPOINTS).map(([name, path]) => [name, `${issuer}${path}`])
  return {
    issuer,
    ...(Object.fromEntries(addresses) as typeof ENDPOINTS),
    grant_types_supported: grantTypes,
    ...AUTHORIZATION,
    ...CLIENT_AUTHENTICATION,
    ...TOKENS,
    ...LOGOUT,
  }
}

export function discovery(deps: DiscoveryDeps) {
  const body = JSON.stringify(discoveryDocument(deps), omitEmptyList)
  // RFC 8414 section 3.1 puts the well-known part between host and path; OpenID Connect appends it to the issuer.
  const path = new URL(deps.issuer).pathname.replace(/\/$/, '')
  const paths = new Set([
    '/.well-known/openid-configuration',
    `/.well-known/oauth-authorization-server${path}`,
  ])
  return async (app: FastifyInstance) => {
    for (const url of paths) {
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
