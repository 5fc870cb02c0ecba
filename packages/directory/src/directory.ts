import type { Audit } from './contract/audit.ts'
import type { CatalogueHead, Catalogues } from './contract/catalogue.ts'
import type { Clients } from './contract/client.ts'
import type { ClientSecrets } from './contract/client-secret.ts'
import type { Consents } from './contract/consent.ts'
import type { DirectoryExamination } from './contract/examination.ts'
import type { Groups } from './contract/group.ts'
import type { OwnedThings } from './contract/owned.ts'
import type { ProvisionedIds } from './contract/provisioned.ts'
import type { RegistrationTokens } from './contract/registration-token.ts'
import type { Roles } from './contract/role.ts'
import type { KeyLife, ServiceKey, ServiceKeys } from './contract/service-key.ts'
import type { Streams } from './contract/stream.ts'
import type { UntoldEnds } from './contract/untold-end.ts'
import type { Users } from './contract/user.ts'

export type * from './contract/attribute.ts'
export type * from './contract/audit.ts'
export type * from './contract/catalogue.ts'
export type * from './contract/client.ts'
export type * from './contract/client-secret.ts'
export type * from './contract/condition.ts'
export type * from './contract/consent.ts'
export type * from './contract/examination.ts'
export type * from './contract/group.ts'
export type * from './contract/owned.ts'
export type * from './contract/provisioned.ts'
export type * from './contract/registration-token.ts'
export type * from './contract/rights.ts'
export type * from './contract/role.ts'
export type * from './contract/service-key.ts'
export type * from './contract/stream.ts'
export type * from './contract/untold-end.ts'
export type * from './contract/user.ts'

/**
 * Users, groups, clients, services, roles, grants and the audit log, in SQL. Every method throws `StoreUnavailable` when the
 * database does not answer and `InputError` when the input is refused. Times are whole seconds since 1970.
 */
export interface Directory {
  readonly engine: EngineName
  readonly users: Users
  readonly groups: Groups
  readonly clients: Clients
  readonly clientSecrets: ClientSecrets
  readonly services: Services
  readonly roles: Roles
  readonly audit: Audit
  readonly keys: SigningKeys
  readonly serviceKeys: ServiceKeys
  readonly consents: Consents
  readonly registrationTokens: RegistrationTokens
  readonly streams: Streams
  readonly owned: OwnedThings
  readonly provisioned: ProvisionedIds
  readonly untoldEnds: UntoldEnds
  /**
   * Everything that `work` does through the directory it is given happens together or not at all: a change and its
   * audit record, for example. Transactions take turns, in all processes together. `work` may run more than once (the
   * database was busy), so it has no other effects, and does nothing slow: others wait for it. Using the outer
   * directory inside it is an error.
   */
  transaction<T>(work: (inside: Directory) => Promise<T>): Promise<T>
  /**
   * Everything that `work` reads is of one moment. On PostgreSQL nobody waits for it and it may not write; on SQLite it takes its
   * turn as a transaction does, so it does nothing slow either.
   */
  snapshot<T>(work: (inside: Directory) => Promise<T>): Promise<T>
  /**
   * A part of a transaction that is undone alone when it throws: the rest goes on. Parts come one after the other. Outside a
   * transaction it is one.
   */
  attempt<T>(work: (inside: Directory) => Promise<T>): Promise<T>
  ping(): Promise<void>
  /** Asks the database about itself; changes nothing. */
  examine(): Promise<DirectoryExamination>
  close(): Promise<void>
}

/** The database that a directory stands on. */
export type EngineName = 'sqlite' | 'postgres'

export interface Service {
  /** The `aud` of its tokens: an absolute URI without fragment. */
  readonly audience: string
  readonly name: string
  readonly alg: 'HS256' | 'RS256' | 'ES256' | 'EdDSA'
  /** Generation of the derived key that signs its tokens; counts from 1. */
  readonly keyGeneration: number
  /** Clients whose credentials open this service's feed (and get its key). */
  readonly clients: readonly string[]
  readonly accessTokenSeconds: number
  /** Its tokens carry a place in a status list (Token Status List), for those that poll. */
  readonly statusList: boolean
  readonly disabled: boolean
}

/** A service as the directory knows it. */
export interface StoredService extends Service {
  /** Its keys that are not retired, oldest first: read together with the rest, so that the two always agree. */
  readonly keys: readonly ServiceKey[]
  /** Of its route catalogue: what the bitmaps of its next tokens speak about. */
  readonly catalogue: CatalogueHead
}

export interface Services extends Catalogues {
  find(audience: string): Promise<StoredService | undefined>
  /** Creates or replaces. `keyGeneration` counts for a new service only: after that `ServiceKeys` alone moves it. */
  save(service: Service): Promise<void>
  /** Throws InputError `unknown-service`. */
  setDisabled(audience: string, disabled: boolean): Promise<void>
  /**
   * With its keys and routes. Keys of a later service of the same audience count on behind them. Throws InputError
   * `unknown-service`, and what `refuseUsed` throws.
   */
  remove(audience: string): Promise<void>
  /** Throws InputError `service-in-use` with those that have a grant there or may ask for its tokens. */
  refuseUsed(audience: string): Promise<void>
  /** What another process has changed within the last 20 ms may be missing: for reading tokens, not for making them. */
  list(): Promise<StoredService[]>
  /** Different grants that people, groups and roles have there, at most `most`: nobody has others. */
  grantsGiven(audience: string, most: number): Promise<string[]>
}

/** A key pair of the issuer, private part wrapped by the caller (the directory never sees it in the clear). */
export interface StoredKey {
  readonly kid: string
  readonly alg: 'RS256' | 'PS256' | 'ES256' | 'EdDSA'
  readonly state: KeyLife
  /** Second in which it came into this state. */
  readonly since: number
  readonly publicJwk: Readonly<Record<string, unknown>>
  /** '' of a key that was revoked: it can never sign again. */
  readonly wrappedPrivateKey: string
  readonly createdAt: number
}

export interface SigningKeys {
  list(): Promise<StoredKey[]>
  /** False when another process has saved an active key of this algorithm first: read it instead. */
  addFirst(key: StoredKey): Promise<boolean>
  /** False when a key of this algorithm is pending already. Throws InputError `keys-too-many`, as for services. */
  addPending(key: StoredKey): Promise<boolean>
  /** A pending key becomes active and the active one of its algorithm retiring. False when it is not pending. */
  promote(kid: string, now: number): Promise<boolean>
  /** A retiring key becomes retired. False when it is not retiring. */
  retire(kid: string, now: number): Promise<boolean>
  /**
   * Emergency: this key is retired now and its private part is gone. When it was the active one, the pending one of its
   * algorithm or else `successor` is active at once. False when it was revoked before or never existed.
   */
  revoke(kid: string, successor: StoredKey, now: number): Promise<boolean>
}
