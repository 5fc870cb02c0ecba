/** Pushed authorization requests: RFC 9126 section 2. */
import type { Answer } from '../http/exchange.ts'
import type { Issuer } from '../issuer/issuer.ts'
import { expectStatus, jsonOf, textMember } from '../rule/expect.ts'
import type { ClientRole } from '../settings/client-roles.ts'
import { type Authorization, type AuthorizeOptions, authorize } from './authorize.ts'
import { type ClientRequestOptions, clientRequest, type Form } from './client-request.ts'

const ENDPOINT = 'pushed_authorization_request_endpoint'

export async function push(
  issuer: Issuer,
  role: ClientRole,
  parameters: Form,
  options: ClientRequestOptions = {},
): Promise<Answer> {
  return await clientRequest(issuer, ENDPOINT, issuer.client(role), parameters, options)
}

/** What the authorization endpoint is sent afterwards. */
export function pushed(answer: Answer, clientId: string) {
  expectStatus(answer, 201)
  return { client_id: clientId, request_uri: textMember(jsonOf(answer), 'request_uri') }
}

/** An authorization whose request is pushed first. */
export async function authorizePushed(
  issuer: Issuer,
  role: ClientRole,
  options: Omit<AuthorizeOptions, 'client' | 'arranged'> & {
    readonly push?: ClientRequestOptions
  } = {},
): Promise<Authorization> {
  return await authorize(issuer, {
    ...options,
    client: role,
    arranged: async (parameters) =>
      pushed(await push(issuer, role, parameters, options.push), issuer.client(role).id),
  })
}
