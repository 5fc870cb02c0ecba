/** Authorization requests as a well-behaved client makes them: RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1. */
import type { Issuer } from '../issuer/issuer.ts'
import type { ClientRole } from '../settings/client-roles.ts'
import type { ClientSettings } from '../settings/settings.ts'
import { type ProofKey, proofKey, randomText } from './proof-key.ts'

/** Changes to what is sent by default; undefined takes a parameter away. */
export type Changes = Readonly<Record<string, string | undefined>>

export interface AuthorizationRequest {
  readonly client: ClientSettings
  readonly parameters: Readonly<Record<string, string>>
  readonly proofKey: ProofKey
}

export function authorizationRequest(
  issuer: Issuer,
  role: ClientRole,
  changes: Changes = {},
): AuthorizationRequest {
  const client = issuer.client(role)
  const key = proofKey()
  const defaults = {
    client_id: client.id,
    response_type: 'code',
    redirect_uri: client.redirectUri,
    scope: client.scope,
    state: randomText(),
    nonce: randomText(),
    code_challenge: key.challenge,
    code_challenge_method: 'S256',
  }
  return { client, parameters: applied(defaults, changes), proofKey: key }
}

/** `defaults` with the changes. */
export function applied(defaults: Readonly<Record<string, string>>, changes: Changes) {
  const merged = Object.entries({ ...defaults, ...changes })
  return Object.fromEntries(merged.filter((one): one is [string, string] => one[1] !== undefined))
}

/** The address that a browser is sent to. */
export function authorizationUrl(
  issuer: Issuer,
  parameters: Readonly<Record<string, string>>,
): string {
  return withQuery(issuer.endpoint('authorization_endpoint'), parameters)
}

export function withQuery(url: string, parameters: Readonly<Record<string, string>>): string {
  return `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams(parameters)}`
}
