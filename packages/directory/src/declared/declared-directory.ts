import type { NewClient, Service, UserAttributes, UserProfile } from '../directory.ts'

/**
 * What a file declares. Services, clients, roles and groups are replaced by what is declared, members that are left out by
 * their defaults. Users too when a file owns them; without a file, only the members that are given change. `disabled` is
 * different everywhere: when it is left out it stays as it is, so that an emergency outlives a file.
 */
export interface DeclaredDirectory {
  readonly services?: readonly DeclaredService[]
  readonly roles?: readonly DeclaredRole[]
  readonly groups?: readonly DeclaredGroup[]
  readonly clients?: readonly DeclaredClient[]
  readonly users?: readonly DeclaredUser[]
}

/** A grant, or one that ends at a second since 1970. */
export type DeclaredGrant = string | { readonly grant: string; readonly until: number }

/** Grants by audience: `{ 'https://reports.example': ['GET /reports/*'] }`. */
export type DeclaredGrants = Readonly<Record<string, readonly DeclaredGrant[]>>

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

export interface DeclaredGroup {
  readonly name: string
  readonly description?: string
  /** Name of the group that it belongs to. */
  readonly parent?: string
  readonly roles?: readonly string[]
  readonly grants?: DeclaredGrants
  readonly externalId?: string
}

/** As `NewClient`, with its defaults. Without a secret or its digest the stored secrets stay. */
export interface DeclaredClient extends Omit<NewClient, 'grants' | 'registrationTokenHash'> {
  readonly grants?: DeclaredGrants
}

export interface DeclaredUser {
  readonly username: string
  readonly name?: string
  readonly email?: string
  readonly emailVerified?: boolean
  readonly locale?: string
  readonly externalId?: string
  /** `address` is one of its members. */
  readonly profile?: UserProfile
  readonly attributes?: UserAttributes
  readonly roles?: readonly string[]
  /** Names of groups. */
  readonly groups?: readonly string[]
  readonly grants?: DeclaredGrants
  /** The first password: used when the user has none, and never again. */
  readonly password?: string
  /** Instead of `password`: a hash that the directory can compare with. */
  readonly passwordHash?: string
  readonly disabled?: boolean
}
