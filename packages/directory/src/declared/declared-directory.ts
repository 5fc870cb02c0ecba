import type { NewClient, Service, UserProfile } from '../directory.ts'

/**
 * What a settings file declares. Services, clients and roles are replaced by what is declared, members that are left
 * out by their defaults; only `disabled`, when it is left out, stays as it is. Of a user, only the members that are
 * given change: people and admins change the others. Nothing that is not declared is touched or deleted.
 */
export interface DeclaredDirectory {
  readonly services?: readonly DeclaredService[]
  readonly roles?: readonly DeclaredRole[]
  readonly clients?: readonly DeclaredClient[]
  readonly users?: readonly DeclaredUser[]
}

/** Grants by audience: `{ 'https://reports.example': ['GET /reports/*'] }`. */
export type DeclaredGrants = Readonly<Record<string, readonly string[]>>

export interface DeclaredService {
  readonly audience: string
  /** Default: the audience. */
  readonly name?: string
  /** Default: HS256. */
  readonly alg?: Service['alg']
  /** Clients whose credentials open this service's feed. Default: none. */
  readonly clients?: readonly string[]
  /** Default: 300. */
  readonly accessTokenSeconds?: number
  readonly statusList?: boolean
  readonly disabled?: boolean
}

export interface DeclaredRole {
  readonly name: string
  readonly description?: string
  readonly grants?: DeclaredGrants
}

/** As `NewClient`, with its defaults. Without `secret` and `secretHash` the stored secret stays. */
export interface DeclaredClient extends Omit<NewClient, 'grants' | 'registrationTokenHash'> {
  readonly grants?: DeclaredGrants
}

export interface DeclaredUser {
  readonly username: string
  readonly name?: string
  readonly email?: string
  readonly emailVerified?: boolean
  readonly locale?: string
  /** Only the members that are given change; `address` is one of them. */
  readonly profile?: UserProfile
  readonly roles?: readonly string[]
  readonly grants?: DeclaredGrants
  /** The first password: used when the user has none, and never again. */
  readonly password?: string
  /** Instead of `password`: argon2id PHC string. */
  readonly passwordHash?: string
  readonly disabled?: boolean
}
