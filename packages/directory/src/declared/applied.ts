import type { OwnedKind } from '../directory.ts'
import type { MemberChange } from './member-changes.ts'

/** What became of one entry. */
export interface Applied {
  readonly kind: OwnedKind
  /** As people call it: audience, name, id, user name. */
  readonly name: string
  /** As the audit log calls it: a user's `sub`, a group's id, otherwise the same. */
  readonly target: string
  /** `retired`: no longer declared, so disabled and without rights. `removed`: no longer declared, and gone. */
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'retired' | 'removed'
  readonly members: readonly MemberChange[]
  /** Secrets that it writes, or what stands for them. For the digest of a plan and nobody else. Absent: none. */
  readonly secrets?: readonly string[]
  /** It was enabled before and is not now. */
  readonly wasDisabled: boolean
  /** Subjects and audiences whose tokens speak of permissions that are no more. */
  readonly stale: readonly string[]
}

/** What `applyDeclared` did, and what its caller has to publish. */
export interface AppliedDeclaration {
  /** For people: `role reader`, `user ada`. */
  readonly created: readonly string[]
  /** Those that were retired are among them. */
  readonly updated: readonly string[]
  readonly removed: readonly string[]
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
  const names = (...outcomes: Applied['outcome'][]) =>
    applied
      .filter(({ outcome }) => outcomes.includes(outcome))
      .map(({ kind, name }) => `${kind} ${name}`)
  const disabled = (kind: Applied['kind']) =>
    applied.filter((one) => one.kind === kind && one.wasDisabled).map(({ target }) => target)
  return {
    created: names('created'),
    updated: names('updated', 'retired'),
    removed: names('removed'),
    unchanged: names('unchanged'),
    stale: [...new Set(applied.flatMap(({ stale }) => stale))],
    disabled: {
      users: disabled('user'),
      clients: disabled('client'),
      services: disabled('service'),
    },
  }
}

export function outcomeOf(before: object | undefined, changes: readonly MemberChange[]) {
  if (before === undefined) return 'created'
  return changes.length === 0 ? 'unchanged' : 'updated'
}
