/** What became of one declared entry. */
export interface Applied {
  readonly kind: 'service' | 'role' | 'client' | 'user'
  /** As people call it: audience, name, id, user name. */
  readonly name: string
  /** As the audit log calls it: a user's `sub`, otherwise the same. */
  readonly target: string
  readonly outcome: 'created' | 'updated' | 'unchanged'
  /** Members that have changed. */
  readonly changed: readonly string[]
  /** It was enabled before and is not now. */
  readonly wasDisabled: boolean
  /** Subjects and audiences whose tokens speak of permissions that are no more. */
  readonly stale: readonly string[]
}

/** What `applyDeclared` did, and what its caller has to publish. */
export interface AppliedDeclaration {
  /** For people: `role reader`, `user ada`. */
  readonly created: readonly string[]
  readonly updated: readonly string[]
  readonly unchanged: readonly string[]
  /** Subjects (`u_…`, `svc:…`) and audiences to publish `stale` entries about. */
  readonly stale: readonly string[]
  /** To be ended: `sub`s, client ids, audiences. */
  readonly disabled: {
    readonly users: readonly string[]
    readonly clients: readonly string[]
    readonly services: readonly string[]
  }
}

export function summary(applied: readonly Applied[]): AppliedDeclaration {
  const names = (outcome: Applied['outcome']) =>
    applied.filter((one) => one.outcome === outcome).map(({ kind, name }) => `${kind} ${name}`)
  const disabled = (kind: Applied['kind']) =>
    applied.filter((one) => one.kind === kind && one.wasDisabled).map(({ target }) => target)
  return {
    created: names('created'),
    updated: names('updated'),
    unchanged: names('unchanged'),
    stale: [...new Set(applied.flatMap(({ stale }) => stale))],
    disabled: {
      users: disabled('user'),
      clients: disabled('client'),
      services: disabled('service'),
    },
  }
}

/** Names of the members in which the two differ. */
export function changedMembers(before: object | undefined, after: object): string[] {
  const was = new Map(Object.entries(before ?? {}))
  const is = new Map(Object.entries(after))
  const differs = (key: string) => JSON.stringify(was.get(key)) !== JSON.stringify(is.get(key))
  return [...new Set([...was.keys(), ...is.keys()])].filter(differs)
}

export function outcomeOf(before: object | undefined, changed: readonly string[]) {
  if (before === undefined) return 'created'
  return changed.length === 0 ? 'unchanged' : 'updated'
}
