/** A place in a status list, and the token that it stands for as long as it lives. Token Status List, section 4. */
export interface StatusPlace {
  readonly list: number
  readonly index: number
}

export interface StatusEntry {
  readonly index: number
  /** The claims by which its token is judged, as JSON. */
  readonly facts: string
}

export interface StatusListStore {
  /**
   * A free place in the list of this partition, until the second `expiresAt`. Throws InputError `status-list-full` when
   * `capacity` living tokens have one.
   */
  allocate(
    partition: number,
    facts: string,
    expiresAt: number,
    capacity: number,
    now: number,
  ): Promise<StatusPlace>
  /** Every living place of a list, in no order. */
  read(list: number, now: number): Promise<StatusEntry[]>
}
