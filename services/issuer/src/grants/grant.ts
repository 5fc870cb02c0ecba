import type { Client, User } from '@latchkey/directory'
import type { RoutesDetail } from '@latchkey/protocol'
import type { Parameters } from '../http/parameters.ts'
import type { ProvenKeys } from '../minting/confirmation.ts'

/** The token response: RFC 6749 section 5.1, Core section 3.1.3.3, RFC 8693 section 2.2.1. Wire names. */
export interface TokenResponse {
  readonly access_token: string
  /** `DPoP` when the token is bound to the key of a proof (RFC 9449 section 5). */
  readonly token_type: 'Bearer' | 'DPoP'
  /** Seconds. */
  readonly expires_in: number
  readonly scope?: string
  readonly refresh_token?: string
  readonly id_token?: string
  readonly issued_token_type?: string
  /** RFC 9396 section 7: what was granted of them. */
  readonly authorization_details?: readonly RoutesDetail[]
}

/** One grant type: gets an authenticated client that is registered for it, and what the request proved besides. */
export type Grant = (
  client: Client,
  parameters: Parameters,
  proven: ProvenKeys,
) => Promise<TokenResponse>

/** A token response, and about whom it is. */
export interface PersonResponse {
  readonly user: User
  readonly tokens: TokenResponse
}

/** A grant that always speaks for a person. */
export type PersonGrant = (
  client: Client,
  parameters: Parameters,
  proven: ProvenKeys,
) => Promise<PersonResponse>
