import { createServer } from 'node:http'

/** An issuer whose metadata promises everything and whose endpoints fail: every rule about a success must fail at it. */
export async function startMute(port: number): Promise<{ close(): Promise<void> }> {
  const issuer = `http://127.0.0.1:${port}`
  const metadata = JSON.stringify(promises(issuer))
  const server = createServer((request, response) => {
    request.resume()
    const isMetadata = request.url === '/.well-known/openid-configuration'
    const isJson = { 'content-type': 'text/html; charset=utf-8' }
    if (isMetadata) response.writeHead(200, isJson).end(metadata)
    else response.writeHead(500, isJson).end('Error: broken at run (/app/src/run.ts:1:1)')
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function promises(issuer: string) {
  const endpoints = [
    'authorization_endpoint',
    'token_endpoint',
    'userinfo_endpoint',
    'jwks_uri',
    'revocation_endpoint',
    'introspection_endpoint',
    'end_session_endpoint',
    'pushed_authorization_request_endpoint',
    'device_authorization_endpoint',
    'registration_endpoint',
  ]
  const flags = [
    'request_parameter_supported',
    'claims_parameter_supported',
    'authorization_response_iss_parameter_supported',
    'backchannel_logout_supported',
    'backchannel_logout_session_supported',
    'frontchannel_logout_supported',
    'frontchannel_logout_session_supported',
  ]
  return {
    // A user name in an endpoint, http off loopback, a fragment: none of it may be in metadata.
    ...Object.fromEntries(endpoints.map((name) => [name, `${issuer}/${name}`])),
    check_session_iframe: 'http://sso.example/frame#part',
    ...Object.fromEntries(flags.map((name) => [name, true])),
    grant_types_supported: [
      'authorization_code',
      'refresh_token',
      'client_credentials',
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ],
    response_modes_supported: ['form_post'],
    subject_types_supported: ['pairwise'],
    prompt_values_supported: ['select_account'],
    scopes_supported: ['openid', 'profile', 'email', 'address', 'phone'],
    id_token_signing_alg_values_supported: ['ES256', 'EdDSA', 'PS256', 'HS256'],
    authorization_details_types_supported: ['latchkey_routes'],
    acr_values_supported: ['none'],
    claims_supported: 'all',
  }
}
