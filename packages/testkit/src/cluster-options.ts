import type { DeclaredClient, DeclaredGrants } from '@latchkey/directory'
import type { Clock } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'

export interface ClusterOptions {
  readonly services?: readonly TestService[]
  readonly roles?: readonly TestRole[]
  readonly users?: readonly TestUser[]
  /** Further clients of the issuer, as in the settings file. */
  readonly clients?: readonly DeclaredClient[]
  /** Keep sessions and the log in this Redis instead of SQLite; the database must be empty or of this cluster. */
  readonly redisUrl?: string
  /** Keep users and everything else in this database of PostgreSQL instead of memory; it must be empty or of this cluster. */
  readonly directoryUrl?: string
  /** Default 5,000 ms. */
  readonly leaseMs?: number
  /** Default `latchkey`. */
  readonly seed?: string
}

export interface TestService {
  /** Letters, digits and hyphens: the host below `localhost` and the client id. */
  readonly name: string
  /** What people read on the sign-in page. Default: the name. */
  readonly title?: string
  /** People sign in here by redirect. Default false. */
  readonly web?: boolean
  /** Names of the services that it may call for its callers or for itself. */
  readonly calls?: readonly string[]
  /** What its own machine may call, by service name. */
  readonly grants?: NamedGrants
  build(
    environment: ServiceEnvironment,
  ): Promise<FastifyInstance | { readonly app: FastifyInstance }>
}

export interface TestRole {
  readonly name: string
  /** By service name; `sso` is the issuer. */
  readonly grants: NamedGrants
}

export interface TestUser {
  readonly username: string
  readonly roles?: readonly string[]
  readonly name?: string
}

/** Grants by service name: `{ shop: ['GET /cart'] }`. */
export type NamedGrants = DeclaredGrants

/** What a service needs to know to take part. */
export interface ServiceEnvironment {
  readonly issuer: string
  readonly issuerAddress: string
  /** Public address and audience of this service. */
  readonly baseUrl: string
  readonly clientId: string
  readonly clientSecret: string
  readonly cookieSecret: string
  readonly clock: Clock
  /** The others: public address, and where it is reached. Throws for a name that the cluster does not have. */
  peer(name: string): { readonly url: string; readonly address: string }
}
