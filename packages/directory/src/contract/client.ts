/** Clients as the directory keeps them: RFC 7591 section 2, OpenID Connect Registration section 2. */
import type { ClientSecret } from './client-secret.ts'
import type { Rights, ServiceGrant } from './rights.ts'

export type GrantType =
  | 'authorization_code'
  | 'refresh_token'
  | 'client_credentials'
  | 'urn:ietf:params:oauth:grant-type:token-exchange'
  | 'urn:ietf:params:oauth:grant-type:device_code'

export type AuthMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'none'

/** What ID tokens and signed user info may be signed with. HS256: with the client's secret (Core section 10.1). */
export type ClientSigningAlg = 'RS256' | 'PS256' | 'ES256' | 'EdDSA' | 'HS256'
/** What a client may sign with: assertions and request objects. */
export type ClientKeyAlg = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

/** Which name of the certificate identifies the client: RFC 8705 section 2.1.2. */
export interface TlsClientName {
  readonly kind: 'subject_dn' | 'san_dns' | 'san_uri' | 'san_ip' | 'san_email'
  readonly value: string
}

export interface Client {
  readonly id: string
  readonly name: string
  /** Newest first; also those that have expired. `ClientSecrets.live` says which are good. */
  readonly secrets: readonly ClientSecret[]
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly backchannelLogoutUri?: string
  /** Loaded in a frame of the logout page: Front-Channel Logout 1.0. */
  readonly frontchannelLogoutUri?: string
  /** Whether `iss` and `sid` are added to it. */
  readonly frontchannelSessionRequired: boolean
  readonly grantTypes: readonly GrantType[]
  readonly authMethod: AuthMethod
  /** Public keys as registered (RFC 7517); never together with `jwksUri`. */
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] }
  readonly jwksUri?: string
  /** The only algorithm of its assertions (`token_endpoint_auth_signing_alg`). */
  readonly assertionAlg?: ClientKeyAlg
  readonly tlsClientName?: TlsClientName
  readonly requirePkce: boolean
  /** RFC 9126 section 6. */
  readonly requirePushedRequests: boolean
  /** RFC 9101 section 10.5. */
  readonly requireSignedRequests: boolean
  /** The only algorithm of its request objects; absent: any of ClientKeyAlg. */
  readonly requestObjectAlg?: ClientKeyAlg
  /** RFC 9449 section 5.2: only DPoP-bound tokens. */
  readonly requireDpop: boolean
  /** Audiences that this client may ask tokens for; the first is the default. */
  readonly services: readonly string[]
  /** Belongs to the operator: nobody is asked for consent. */
  readonly firstParty: boolean
  /** May use the JSON API at `/api/token`; only first-party clients. */
  readonly tokenApi: boolean
  /** May exchange a token for one without `act` (RFC 8693 section 1.1, impersonation). */
  readonly mayImpersonate: boolean
  /** May have a stream of security events about the people that sign in there (Shared Signals Framework). */
  readonly signals: boolean
  /** Grants of its machine tokens, by audience. */
  readonly grants: readonly ServiceGrant[]
  readonly idTokenAlg: ClientSigningAlg
  /** Absent: user info is plain JSON. */
  readonly userinfoAlg?: ClientSigningAlg
  /** Of signed introspection answers (RFC 9701 section 6). */
  readonly introspectionAlg: Exclude<ClientSigningAlg, 'HS256'>
  readonly subjectType: 'public' | 'pairwise'
  /** Host whose clients know a person by the same pairwise subject (Core section 8.1); only with `pairwise`. */
  readonly sectorHost?: string
  /** Seconds; used when a request has no `max_age`. */
  readonly defaultMaxAge?: number
  /** Origins whose scripts may read answers for this client (CORS), compared to the letter. */
  readonly corsOrigins: readonly string[]
  /** Shown on the consent page and in lists; nothing is fetched from there. */
  readonly clientUri?: string
  readonly policyUri?: string
  readonly tosUri?: string
  readonly contacts: readonly string[]
  /** Third-party-initiated sign-in (Core section 4). */
  readonly initiateLoginUri?: string
  /** SHA-256 of the registration access token (RFC 7592 section 1.2); only of a client that registered itself. */
  readonly registrationTokenHash?: string
  /** Seconds since 1970. */
  readonly createdAt: number
  readonly disabled: boolean
}

/** Members that have a default may be left out. */
export type NewClient = Pick<Client, 'id'> &
  Partial<Omit<Client, 'id' | 'secrets' | 'createdAt'>> & {
    /** The secret: kept as a digest, and sealed as well where this directory has a sealing. */
    readonly secret?: string
    /** Instead of `secret`: `sha256:<base64url>`. */
    readonly secretHash?: string
    /** A second one beside it, the newest: to be brought to where the client runs before the first one goes. */
    readonly nextSecret?: string
    /** Instead of `nextSecret`. */
    readonly nextSecretHash?: string
  }

export interface Clients {
  find(id: string): Promise<Client | undefined>
  /**
   * As `find`, but what another process has changed within the last 20 ms may be missing. For finding out who asks; never for what
   * a token is made from, which is read again behind the log position (docs/architecture.md).
   */
  recall(id: string): Promise<Client | undefined>
  /**
   * Creates or replaces. Refuses redirect URIs that could never be safe (scheme, fragment, userinfo, control
   * characters). Secrets that are given replace those that are stored; without any
   * the stored ones stay.
   */
  save(client: NewClient): Promise<Client>
  /** Whether secrets that are given are kept sealed as well: this directory was opened with a sealing. */
  readonly sealsSecrets: boolean
  setDisabled(id: string, disabled: boolean): Promise<void>
  /** False when there is none. Its consents go too. Its id is never given again. */
  remove(id: string): Promise<boolean>
  list(): Promise<Client[]>
  /** By id, as the database orders them; `after` is the last id of the page before. `limit` is 1 to 500. */
  page(query: { readonly after?: string; readonly limit: number }): Promise<Client[]>
  /** What the machine may do at one service now. Nothing for an unknown or disabled client. */
  rightsAt(id: string, audience: string): Promise<Rights>
}
