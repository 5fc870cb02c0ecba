import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client'

/** What a token endpoint has answered. */
export type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers

/** What a person is asked to allow. */
export interface SignInRequest {
  readonly scope: string
  /** RFC 8707; may be several where the provider takes several. */
  readonly resources: readonly string[]
}

/** The request as parameters; `resource` may be repeated. */
export function signInParameters({ scope, resources }: SignInRequest): URLSearchParams {
  const parameters = new URLSearchParams()
  if (scope !== '') parameters.set('scope', scope)
  for (const resource of resources) parameters.append('resource', resource)
  return parameters
}
