/** What a cluster file owns: it decides about that alone, and nobody changes it elsewhere. */

export type OwnedKind = 'service' | 'role' | 'group' | 'client' | 'user'

export interface Ownership {
  readonly kind: OwnedKind
  /** Audience, role name, group id, client id, `sub`. */
  readonly id: string
  /** As the file calls it: the user name of a person, the name of a group, otherwise the id. */
  readonly name: string
  /** Name of the file without its folder: `latchkey.yaml`. */
  readonly file: string
  /** By an apply, and not only by starts of an issuer. */
  readonly applied: boolean
  /** The file no longer declares it and an apply has disabled it: anybody may change it; declared again, it is enabled. */
  readonly retired: boolean
}

export interface OwnedThings {
  /** Also when it is retired. */
  find(kind: OwnedKind, id: string): Promise<Ownership | undefined>
  /** Of all files, by kind and name. */
  list(): Promise<Ownership[]>
  /** Creates or replaces: of two files the last one owns it. */
  save(ownership: Ownership): Promise<void>
  /** It belongs to nobody. Does nothing when it did already. */
  release(kind: OwnedKind, id: string): Promise<void>
}
