/** What provisioning clients call people and groups: RFC 7643 section 3.1. */

export type ProvisionedKind = 'user' | 'group'

/** An `externalId`, which means something to the client alone that has given it. */
export interface ProvisionedId {
  readonly kind: ProvisionedKind
  /** The provisioning client. */
  readonly clientId: string
  /** `sub`, or the id of the group. */
  readonly id: string
  readonly externalId: string
}

/** They go with the person or group, and with the client. `externalId` of a user or group itself is another one: the operator's. */
export interface ProvisionedIds {
  /** What the client calls those of `ids` that it has a name for, by our id. At most 500 ids. */
  of(
    kind: ProvisionedKind,
    clientId: string,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, string>>
  /** An empty `externalId` takes it away. Throws InputError `external-id`, or `external-id-taken` by another one of this client. */
  save(provisioned: ProvisionedId): Promise<void>
  /** The clients that have a name for each of `ids`, by our id. At most 500 ids. */
  clientsOf(
    kind: ProvisionedKind,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, readonly string[]>>
}
