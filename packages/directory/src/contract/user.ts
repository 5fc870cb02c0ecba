/** People as the directory keeps them. */

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
  /** What else the scopes `profile`, `phone` and `address` tell, in wire names. */
  readonly profile: UserProfile
  /** The account asks for a one-time code after the password (RFC 6238). */
  readonly hasOneTimeCode: boolean
  readonly createdAt: number
  readonly updatedAt: number
}

/** Standard claims that are kept as they are given: OpenID Connect Core section 5.1. */
export interface UserProfile {
  readonly given_name?: string
  readonly family_name?: string
  readonly middle_name?: string
  readonly nickname?: string
  readonly profile?: string
  readonly picture?: string
  readonly website?: string
  readonly gender?: string
  /** `YYYY-MM-DD`, `0000-MM-DD` or `YYYY`. */
  readonly birthdate?: string
  /** IANA name: `Europe/Berlin`. */
  readonly zoneinfo?: string
  /** E.164: `+49123456`. */
  readonly phone_number?: string
  readonly phone_number_verified?: boolean
  readonly address?: UserAddress
}

/** OpenID Connect Core section 5.1.1. */
export interface UserAddress {
  readonly formatted?: string
  readonly street_address?: string
  readonly locality?: string
  readonly region?: string
  readonly postal_code?: string
  readonly country?: string
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
  readonly profile?: UserProfile
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
    change: Partial<
      Pick<User, 'name' | 'email' | 'emailVerified' | 'locale' | 'roles' | 'grants' | 'profile'>
    >,
  ): Promise<User>
  /**
   * The shared secret of the one-time codes as the caller wrapped it (the directory never sees it in the clear), undefined
   * when the account has none.
   */
  oneTimeCodeSecret(sub: string): Promise<string | undefined>
  /** Null takes it away. */
  setOneTimeCodeSecret(sub: string, wrapped: string | null): Promise<void>
  /**
   * Roles, grants, consents, password and one-time code go too; the audit log stays. The user name becomes free, the `sub` is never
   * given again. Throws InputError `unknown-user`.
   */
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
