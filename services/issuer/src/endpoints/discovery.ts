/** Discovery: OpenID Connect Discovery section 4, RFC 8414 section 3. Both addresses give the same document. */
import type { FastifyInstance } from 'fastify'
import { SCOPES } from '../checks/scope.ts'

export interface DiscoveryDeps {
  readonly issuer: string
  readonly grantTypes: readonly string[]
}

export function discoveryDocument({ issuer, grantTypes }: DiscoveryDeps) {
  const at = (path: string) => `${issuer}${path}`
  const clientAuthentication = ['client_secret_basic', 'client_secret_post', 'none']
  return {
    issuer,
    authorization_endpoint: at('/authorize'),
    token_endpoint: at('/token'),
    userinfo_endpoint: at('/userinfo'),
    jwks_uri: at('/jwks'),
    revocation_endpoint: at('/revoke'),
    introspection_endpoint: at('/introspect'),
    end_session_endpoint: at('/logout'),
    scopes_supported: SCOPES,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: grantTypes,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256', 'ES256', 'EdDSA'],
    token_endpoint_auth_methods_supported: clientAuthentication,
    revocation_endpoint_auth_methods_supported: clientAuthentication,
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    claim_types_supported: ['normal'],
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'nonce',
      'acr',
      'amr',
      'sid',
      'name',
      'preferred_username',
      'updated_at',
      'locale',
      'email',
      'email_verified',
    ],
    acr_values_supported: ['urn:latchkey:acr:password'],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    ui_locales_supported: ['en', 'zh-CN'],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    // The default is true, so it must be said (OpenID Connect Discovery section 3).
    request_uri_parameter_supported: false,
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
  }
}

export function discovery(deps: DiscoveryDeps) {
  const body = JSON.stringify(discoveryDocument(deps))
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
