/** Public keys of clients, registered by value or fetched from their `jwks_uri`: RFC 7517, RFC 7591 section 2. */
import type { KeyObject } from 'node:crypto'
import type { Client, ClientKeyAlg } from '@latchkey/directory'

export type KeyOwner = Pick<Client, 'id' | 'jwks' | 'jwksUri'>

export interface ClientKey {
  readonly kid?: string
  /** Public, imported and checked for the algorithm that was asked for. */
  readonly key: KeyObject
}

export type ClientKeysOutcome =
  /** At least one: with the `kid` that was asked for, or, when none was, every key that fits the algorithm. */
  | { readonly kind: 'found'; readonly keys: readonly ClientKey[] }
  /** The client has keys, none of them fits; or it has no keys at all. */
  | { readonly kind: 'none' }
  /** Its `jwks_uri` gives no key set, and none is remembered. `why` is for the log only, never for an answer. */
  | { readonly kind: 'unavailable'; readonly why: string }

export interface ClientKeys {
  /**
   * The keys that may have made a signature of this client. `kid` is the one of the signature's header, if it has one. An
   * unknown `kid` makes a set from a `jwks_uri` be fetched again, at most once a minute for each client. Does not throw.
   */
  find(
    client: KeyOwner,
    wanted: { readonly kid: string | undefined; readonly alg: ClientKeyAlg },
  ): Promise<ClientKeysOutcome>
}
