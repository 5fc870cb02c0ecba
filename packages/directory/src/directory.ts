import type { Actor, RouteDeclaration } from '@latchkey/protocol'

/**
 * Users, clients, services, roles, grants and the audit log, in SQL. Every method throws `StoreUnavailable` when the
 * database does not answer and `InputError` when the input is refused. Times are whole seconds since 1970.
 */
export interface Directory {
  readonly users: Users
  readonly clients: Clients
  readonly services: Services
  readonly roles: Roles
  readonly audit: Audit
  readonly keys: SigningKeys
  /**
   * Everything that `work` does through the directory it is given happens together or not at all: a change and its
   * audit record, for example. Transactions take turns, in all processes together. `work` may run more than once (the
   * database was busy), so it has no other effects, and does nothing slow: others wait for it. Using the outer
   * directory inside it is an error.
   */
  transaction<T>(work: (inside: Directory) => Promise<T>): Promise<T>
  ping(): Promise<void>
  close(): Promise<void>
}

export interface User {
  /** `u_` and a ULID; never given to anybody else. */
  readonly sub: string
  /** As entered. Looked up by its NFKC-casefolded form, which is unique. */
  readonly username: string
  readonly name: string
  readonly email?: string
  readonly emailVerified: boolean
  readonly locale?: string
  readonly disabled: boolean
  readonly roles: readonly string[]
  /** Grants besides those of the roles, by audience. */
  readonly grants: readonly ServiceGrant[]
  readonly passwordChangedAt?: number
  readonly createdAt: number
  readonly updatedAt: number
}

export interface ServiceGrant {
  readonly audience: string
  /** Text of the permissions grammar: `GET /orders/*`. */
  readonly grant: string
}

export interface NewUser {
  readonly username: string
  readonly name?: string
  readonly email?: string
  readonly emailVerified?: boolean
  readonly locale?: string
  readonly password?: string
  /** Instead of `password`: from `hashPassword` or from another system, an argon2id PHC string. */
  readonly passwordHash?: string
  readonly roles?: readonly string[]
  readonly grants?: readonly ServiceGrant[]
}

export type PasswordOutcome =
  | { readonly kind: 'ok'; readonly user: User }
  /** Unknown, wrong, disabled or without a password: the same time, the same answer; `why` is for the log only. */
  | {
      readonly kind: 'refused'
      readonly why: 'unknown' | 'wrong' | 'disabled' | 'no_password' | 'too_long'
    }
  /** Too many hashes are waiting: answer 503 with Retry-After. */
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number }

export interface Users {
  create(user: NewUser): Promise<User>
  find(sub: string): Promise<User | undefined>
  findByUsername(username: string): Promise<User | undefined>
  /** argon2id, hashes in flight bounded; an unknown user costs the same hash. */
  checkPassword(username: string, password: string): Promise<PasswordOutcome>
  setPassword(sub: string, password: string): Promise<void>
  /** Checks a new password and hashes it, for a `transaction` that should not wait for the hash. */
  hashPassword(password: string): Promise<string>
  /** As `setPassword`, with what `hashPassword` gave or another system stored (argon2id PHC string). */
  setPasswordHash(sub: string, passwordHash: string): Promise<void>
  setDisabled(sub: string, disabled: boolean): Promise<void>
  /** Only the members that are given change. '' takes away `email` or `locale`; a new email is not verified. */
  update(
    sub: string,
    change: Partial<Pick<User, 'name' | 'email' | 'emailVerified' | 'locale' | 'roles' | 'grants'>>,
  ): Promise<User>
  /** The user name becomes free, the `sub` is never given again. */
  delete(sub: string): Promise<void>
  /**
   * Oldest first, by `sub`; `after` is the last `sub` of the page before. `search` is a part of user name, name or
   * email. `limit` is 1 to 500.
   */
  list(query: { after?: string; limit: number; search?: string }): Promise<User[]>
  /**
   * Grants of the user (through roles and directly) at one service, sorted by code unit, without duplicates. Empty for
   * an unknown or disabled user.
   */
  routesAt(sub: string, audience: string): Promise<string[]>
}

export type GrantType =
  | 'authorization_code'
  | 'refresh_token'
  | 'client_credentials'
  | 'urn:ietf:params:oauth:grant-type:token-exchange'

export type AuthMethod = 'client_secret_basic' | 'client_secret_post' | 'none'

export interface Client {
  readonly id: string
  readonly name: string
  readonly secretHash?: string
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  readonly backchannelLogoutUri?: string
  readonly grantTypes: readonly GrantType[]
  readonly authMethod: AuthMethod
  readonly requirePkce: boolean
  /** Audiences that this client may ask tokens for; the first is the default. */
  readonly services: readonly string[]
  readonly firstParty: boolean
  /** Grants of its machine tokens, by audience. */
  readonly grants: readonly ServiceGrant[]
  readonly idTokenAlg: 'RS256' | 'ES256' | 'EdDSA'
  readonly disabled: boolean
}

export interface Clients {
  find(id: string): Promise<Client | undefined>
  /** True when the secret is the client's; constant time; false for a client without a secret. */
  checkSecret(client: Client, secret: string): boolean
  /**
   * Creates or replaces. Refuses redirect URIs that could never be safe (scheme, fragment, userinfo, control
   * characters). Without `secret` and `secretHash` the stored secret stays.
   */
  save(
    client: Omit<Client, 'secretHash'> & { secret?: string; secretHash?: string },
  ): Promise<Client>
  setDisabled(id: string, disabled: boolean): Promise<void>
  list(): Promise<Client[]>
  /** Grants of the machine at one service, sorted by code unit. Empty for an unknown or disabled client. */
  routesAt(id: string, audience: string): Promise<string[]>
}

export interface Service {
  /** The `aud` of its tokens: an absolute URI without fragment. */
  readonly audience: string
  readonly name: string
  readonly alg: 'HS256' | 'RS256' | 'ES256' | 'EdDSA'
  /** Generation of its derived key; counts from 1. */
  readonly keyGeneration: number
  /** Clients whose credentials open this service's feed (and get its key). */
  readonly clients: readonly string[]
  readonly accessTokenSeconds: number
  readonly disabled: boolean
}

export interface CatalogueRoute extends RouteDeclaration {
  /** Permanent at this service, never reused. */
  readonly number: number
  /** In the list that the service published last. */
  readonly current: boolean
}

export interface Services {
  find(audience: string): Promise<Service | undefined>
  /**
   * Creates or replaces. `keyGeneration` counts for a new service only: after that `nextKeyGeneration` alone moves
   * it.
   */
  save(service: Service): Promise<void>
  list(): Promise<Service[]>
  nextKeyGeneration(audience: string): Promise<number>
  /** Adds unknown routes with new numbers, marks missing ones as not current. Returns the catalogue's hash. */
  publishRoutes(
    audience: string,
    routes: readonly RouteDeclaration[],
  ): Promise<{ hash: string; added: number }>
  catalogue(audience: string): Promise<CatalogueRoute[]>
}

export interface Role {
  readonly name: string
  readonly description: string
  readonly grants: readonly ServiceGrant[]
}

export interface Roles {
  find(name: string): Promise<Role | undefined>
  save(role: Role): Promise<void>
  list(): Promise<Role[]>
  /** Users who have the role, at most `limit` of them: whose tokens are stale when its grants change. */
  holders(name: string, limit: number): Promise<string[]>
}

export interface AuditRecord {
  readonly id: number
  readonly at: number
  readonly actor: Actor
  /** For example `end`, `user.create`, `key.rotate`. */
  readonly action: string
  readonly target: string
  readonly reason: string
  /** Plain JSON without secrets. */
  readonly detail: Readonly<Record<string, unknown>>
}

export interface Audit {
  append(record: Omit<AuditRecord, 'id'>): Promise<void>
  list(query: {
    before?: number
    limit: number
    action?: string
    target?: string
  }): Promise<AuditRecord[]>
}

/** A key pair of the issuer, private part wrapped by the caller (the directory never sees it in the clear). */
export interface StoredKey {
  readonly kid: string
  readonly alg: 'RS256' | 'ES256' | 'EdDSA'
  readonly state: 'pending' | 'active' | 'retiring' | 'retired'
  readonly publicJwk: Readonly<Record<string, unknown>>
  readonly wrappedPrivateKey: string
  readonly createdAt: number
}

export interface SigningKeys {
  list(): Promise<StoredKey[]>
  /** False when another process has saved an active key of this algorithm first: read it instead. */
  addFirst(key: StoredKey): Promise<boolean>
  save(key: StoredKey): Promise<void>
}
