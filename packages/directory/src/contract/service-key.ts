/** The life of a key, forwards only. `retired` verifies nothing any more. */
export type KeyLife = 'pending' | 'active' | 'retiring' | 'retired'

/** One generation of the key that a service shares with the issuer. The key itself is derived, never stored. */
export interface ServiceKey {
  readonly generation: number
  readonly state: KeyLife
  /** Second in which it came into this state. */
  readonly since: number
}

/**
 * Moves of service keys. Each is one conditional step, so that several processes may try the same at once: the first one
 * moves, the others are told that there was nothing to move. A service has exactly one active key and at most one
 * pending one. Unknown audiences throw InputError `unknown-service`.
 */
export interface ServiceKeys {
  /** Every generation there ever was, oldest first. */
  list(audience: string): Promise<ServiceKey[]>
  /**
   * Adds the next generation as pending, or gives the pending one that is there (`isNew` false). Throws InputError
   * `keys-too-many` while `DIRECTORY_LIMITS.livingKeys` are alive: each costs every verifier.
   */
  prepare(audience: string, now: number): Promise<{ generation: number; isNew: boolean }>
  /** A pending key becomes active and the active one retiring. False when it is not pending. */
  promote(audience: string, generation: number, now: number): Promise<boolean>
  /** A retiring key becomes retired. False when it is not retiring. */
  retire(audience: string, generation: number, now: number): Promise<boolean>
  /**
   * Emergency: this key is retired now, in whatever state it was. When it was the active one, the pending or else the next
   * generation is active at once. False when it was retired before or never existed.
   */
  revoke(audience: string, generation: number, now: number): Promise<boolean>
}
