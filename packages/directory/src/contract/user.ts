/** People as the directory keeps them. */
import type { UserAttributes } from './attribute.ts'
import type { Selection, UserCondition } from './condition.ts'
import type { GrantSource, Rights, RightsSet, ServiceGrant } from './rights.ts'

/** As the admin API tells it; `disabled` covers the other. */
export type UserStatus = 'active' | 'disabled' | 'must_change_password'

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
  /** Signs in with a new password only: the old one opens nothing but the page that asks for another. */
  readonly mustChangePassword: boolean
  /** The id that another system knows the person by; unique. */
  readonly externalId?: string
  /** Those that the person has directly, not by groups. */
  readonly roles: readonly string[]
  /** Grants besides those of roles and groups, by audience. */
  readonly grants: readonly ServiceGrant[]
  /** Ids of the groups that the person is a member of. The parents of these count too and are not told here. */
  readonly groups: readonly string[]
  /** What the organisation keeps besides; each has a rule (`AttributeRule`). */
  readonly attributes: UserAttributes
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

export interface NewUser {
  readonly username: string
  readonly name?: string
  readonly email?: string
  readonly emailVerified?: boolean
  readonly locale?: string
  readonly password?: string
  /** Instead of `password`: from `hashPassword` or from another system, in a form that docs/operate/import.md names. */
  readonly passwordHash?: string
  readonly mustChangePassword?: boolean
  readonly externalId?: string
  readonly roles?: readonly string[]
  readonly grants?: readonly ServiceGrant[]
  /** Ids. */
  readonly groups?: readonly string[]
  readonly profile?: UserProfile
  readonly attributes?: UserAttributes
}

/**
 * Only the members that are given change. '' takes away `email`, `locale` or `externalId`; a new email is not verified.
 * `attributes` are replaced as a whole.
 */
export type UserChange = Partial<
  Pick<
    User,
    | 'username'
    | 'name'
    | 'email'
    | 'emailVerified'
    | 'locale'
    | 'externalId'
    | 'roles'
    | 'grants'
    | 'groups'
    | 'profile'
    | 'attributes'
  >
>

/** Oldest first, by `sub`. What is given must all be true of a user. */
export interface UserQuery {
  /** The last `sub` of the page before. */
  readonly after?: string
  /** 1 to 500. */
  readonly limit: number
  /** A part of user name, name or email. */
  readonly search?: string
  readonly status?: UserStatus
  /** Held directly. */
  readonly role?: string
  /** Id; members of its children do not count. */
  readonly group?: string
}

export interface PasswordOptions {
  /** The person has to choose another one at the next sign-in. Default: no. */
  readonly mustChange?: boolean
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
  /**
   * Throws InputError `username`, `username-scripts`, `username-taken`, `username-confusable` (the name looks like that of
   * somebody else, whom the message names: for administrators only), `external-id-taken` and those of the other members.
   */
  create(user: NewUser): Promise<User>
  find(sub: string): Promise<User | undefined>
  findByUsername(username: string): Promise<User | undefined>
  /** Those that there are, in no order. However many names: a few queries for each five hundred. */
  findByUsernames(usernames: readonly string[]): Promise<User[]>
  findByExternalId(externalId: string): Promise<User | undefined>
  /** Hashes in flight are bounded; an unknown user costs as much as one whose hash is ours. One from elsewhere is renewed. */
  checkPassword(username: string, password: string): Promise<PasswordOutcome>
  /** A password that the person has chosen; with `mustChange`, one that somebody else has. */
  setPassword(sub: string, password: string, options?: PasswordOptions): Promise<void>
  /** Checks a new password and hashes it, for a `transaction` that should not wait for the hash. */
  hashPassword(password: string): Promise<string>
  /** As `setPassword`, with what `hashPassword` gave or another system stored. */
  setPasswordHash(sub: string, passwordHash: string, options?: PasswordOptions): Promise<void>
  setDisabled(sub: string, disabled: boolean): Promise<void>
  /** Throws InputError `unknown-user`. */
  setMustChangePassword(sub: string, mustChange: boolean): Promise<void>
  update(sub: string, change: UserChange): Promise<User>
  /**
   * The shared secret of the one-time codes as the caller wrapped it (the directory never sees it in the clear), undefined
   * when the account has none.
   */
  oneTimeCodeSecret(sub: string): Promise<string | undefined>
  /** Null takes it away. */
  setOneTimeCodeSecret(sub: string, wrapped: string | null): Promise<void>
  /**
   * Roles, grants, memberships, consents, password and one-time code go too; the audit log stays. The user name becomes free, the `sub` is never
   * given again. Throws InputError `unknown-user`.
   */
  delete(sub: string): Promise<void>
  list(query: UserQuery): Promise<User[]>
  /** Throws InputError `condition` when no index answers it. */
  select(selection: Selection<UserCondition>): Promise<User[]>
  /** How many there are, at most `most` of them. Throws what `select` throws. */
  count(query: { where?: UserCondition | undefined; most: number }): Promise<number>
  /**
   * What the user may do at one service now: directly, by roles, by groups and their parents. Nothing for an unknown or
   * disabled user.
   */
  rightsAt(sub: string, audience: string): Promise<Rights>
  /** Every grant at one service with where it comes from, also those that have ended, and of a disabled user too. */
  grantSources(sub: string, audience: string): Promise<GrantSource[]>
  /** All different rights that people have at one service: those of `subs`, or of everybody. */
  rightsSets(audience: string, subs?: readonly string[]): Promise<RightsSet[]>
  /**
   * Whether any enabled user holds one of these grants at the service without an end: directly, by a role, by a group or by its
   * parent. Grants are compared as texts.
   */
  anyHolder(audience: string, grants: readonly string[]): Promise<boolean>
}
