/** Secrets of a client: RFC 6749 section 2.3.1. Two may be good at a time, so that one can follow the other without a gap. */
import type { Client } from './client.ts'

export interface ClientSecret {
  /** Counts over all clients; never given again. */
  readonly id: number
  /** `sha256:<base64url>`. */
  readonly hash: string
  /** The secret itself, sealed: when it was given in the clear and this directory has a sealing. */
  readonly sealed?: string
  /** Seconds since 1970. */
  readonly createdAt: number
  /** First second in which it is good for nothing. Absent: it has no end. */
  readonly expiresAt?: number
  /** To the day: written at most once in 24 hours, so that signing in does not write. */
  readonly lastUsedAt?: number
}

export interface ClientSecrets {
  /** Those of the client that are good now, newest first. */
  live(client: Pick<Client, 'secrets'>): readonly ClientSecret[]
  /** Which of them this is; undefined when it is none. Constant time for one number of secrets: all of them are compared. */
  match(client: Pick<Client, 'secrets'>, secret: string): ClientSecret | undefined
  /** Unsealed; undefined when its digest alone is known. */
  open(client: Pick<Client, 'id'>, secret: ClientSecret): string | undefined
  /**
   * One more, the newest from now on.
   * Throws InputError `unknown-client`, `client-secret`, and `client-secrets-full` when two are good already.
   */
  add(clientId: string, secret: string): Promise<ClientSecret>
  /**
   * The secret is good for nothing from this second on; a second that has begun ends it at once. Throws InputError
   * `unknown-client`, `unknown-secret`, and `client-secret-last` when no other one without an end would be left.
   */
  end(clientId: string, id: number, at: number): Promise<void>
  /** Writes down that it was used, unless that was done within the last day. */
  noteUse(secret: ClientSecret): Promise<void>
}
