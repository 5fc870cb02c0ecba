import type { Client } from '@latchkey/directory'
import type { Parameters } from '../http/parameters.ts'

/** The token response: RFC 6749 section 5.1, Core section 3.1.3.3, RFC 8693 section 2.2.1. Wire names. */
export interface TokenResponse {
  readonly access_token: string
  readonly token_type: 'Bearer'
  /** Seconds. */
  readonly expires_in: number
  readonly scope?: string
  readonly refresh_token?: string
  readonly id_token?: string
  readonly issued_token_type?: string
}

/** One grant type: gets an authenticated client that is registered for it. */
export type Grant = (client: Client, parameters: Parameters) => Promise<TokenResponse>
