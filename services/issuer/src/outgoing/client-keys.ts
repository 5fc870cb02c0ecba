/** Public keys of clients, registered by value or fetched from their `jwks_uri`: RFC 7517, RFC 7591 section 2. */
import type { Client } from '@latchkey/directory'
import { type AsymmetricAlg, type ClientKey, importClientKeys } from '@latchkey/tokens'
import type { FetchedKeySets } from './fetched-key-sets.ts'

export type KeyOwner = Pick<Client, 'id' | 'jwks' | 'jwksUri'>

export type ClientKeysOutcome =
  /** At least one: with the `kid` that was asked for, or, when none was, every key that fits the algorithm. */
  | { readonly kind: 'found'; readonly keys: readonly ClientKey[] }
  /** The client has keys, none of them fits; or it has no keys at all. */
  | { readonly kind: 'none' }
  /** Its `jwks_uri` gives no key set, and none is remembered. `why` is for the log only, never for an answer. */
  | { readonly kind: 'unavailable'; readonly why: string }

export interface ClientKeys {
  /**
   * The keys that may have made a signature of this client. `kid` is the one of the signature's header, if it has one. When no
   * key fits, a set from a `jwks_uri` is fetched again, at most once a minute for each client. Does not throw.
   */
  find(
    client: KeyOwner,
    wanted: { readonly kid: string | undefined; readonly alg: AsymmetricAlg },
  ): Promise<ClientKeysOutcome>
}

export function clientKeys(deps: { readonly keySets: FetchedKeySets }): ClientKeys {
  return {
    find: async ({ id, jwks, jwksUri }, wanted) => {
      if (jwksUri === undefined) return found(importClientKeys(jwks, wanted))
      const remembered = await deps.keySets.current(id, jwksUri)
      if (remembered.kind === 'unavailable') return remembered
      const outcome = found(importClientKeys(remembered.jwks, wanted))
      if (outcome.kind === 'found') return outcome
      const renewed = await deps.keySets.renewed(id, jwksUri)
      return renewed.kind === 'jwks' ? found(importClientKeys(renewed.jwks, wanted)) : renewed
    },
  }
}

function found(keys: readonly ClientKey[]): ClientKeysOutcome {
  return keys.length > 0 ? { kind: 'found', keys } : { kind: 'none' }
}
