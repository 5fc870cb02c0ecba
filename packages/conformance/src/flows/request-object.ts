/** Request objects by value: RFC 9101 sections 4 and 5. */
import type { JWK } from 'jose'
import type { Issuer } from '../issuer/issuer.ts'
import type { ClientRole } from '../settings/client-roles.ts'
import { type Authorization, type AuthorizeOptions, authorize } from './authorize.ts'
import { keyOf, signJwt } from './client-assertion.ts'

export interface RequestObjectOptions extends Omit<AuthorizeOptions, 'client' | 'arranged'> {
  /** Default `request_object`. */
  readonly client?: ClientRole
  /** Changes to the claims; the value undefined leaves one out. */
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly key?: JWK
  /** What stands beside the request object besides client_id. */
  readonly beside?: Readonly<Record<string, string>>
  /** Makes the text of the request object instead of signing the claims. */
  readonly write?: (claims: Readonly<Record<string, unknown>>) => string | Promise<string>
}

const LIFETIME_SECONDS = 300

/** An authorization whose parameters stand in a signed request object. */
export async function authorizeSigned(
  issuer: Issuer,
  options: RequestObjectOptions = {},
): Promise<Authorization> {
  const role = options.client ?? 'request_object'
  const client = issuer.client(role)
  const header = { typ: 'oauth-authz-req+jwt', ...options.header }
  return await authorize(issuer, {
    ...options,
    client: role,
    arranged: async (parameters) => {
      const claims = { ...requestClaims(issuer, client.id, parameters), ...options.claims }
      const sign = () => signJwt(claims, options.key ?? keyOf(client), header)
      const request = await (options.write?.(claims) ?? sign())
      return { client_id: client.id, request, ...options.beside }
    },
  })
}

function requestClaims(
  { settings }: Issuer,
  clientId: string,
  parameters: Readonly<Record<string, string>>,
) {
  const now = Math.floor(Date.now() / 1000)
  return {
    ...parameters,
    iss: clientId,
    aud: settings.issuer,
    iat: now,
    nbf: now,
    exp: now + LIFETIME_SECONDS,
    jti: crypto.randomUUID(),
  }
}
