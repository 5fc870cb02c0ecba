import { createHmac, type KeyObject } from 'node:crypto'
import { InputError } from '@latchkey/protocol'
import type { OwnedKind } from '../directory.ts'
import type { Applied } from './applied.ts'
import type { MemberChange } from './member-changes.ts'
import type { Adopted } from './ownership.ts'

/** What an apply would do. */
export interface Plan {
  readonly changes: readonly PlannedChange[]
  /** What is there, made elsewhere or by another file, and becomes this file's. No change by itself: an empty plan may have some. */
  readonly adopted: readonly Adopted[]
  /**
   * Names this plan, with the secrets that it would write: an apply refuses when it would do anything else. Who does not have the
   * key of it learns nothing about them.
   */
  readonly digest: string
}

/** A plan that somebody has looked at. */
export interface PlanLookedAt {
  readonly digest: string
  /** That the digest was made with. */
  readonly key: KeyObject
}

export interface PlannedChange {
  readonly kind: OwnedKind
  readonly name: string
  /** `retire`: the file does not declare it any more, so it is disabled and loses its rights. */
  readonly action: 'create' | 'update' | 'retire' | 'remove'
  readonly members: readonly MemberChange[]
}

const ACTIONS = {
  created: 'create',
  updated: 'update',
  retired: 'retire',
  removed: 'remove',
} as const

export function planOf(
  applied: readonly Applied[],
  adopted: readonly Adopted[],
  { file, key }: { readonly file: string | undefined; readonly key: KeyObject },
): Plan {
  const changes = applied.flatMap(({ kind, name, outcome, members }) =>
    outcome === 'unchanged' ? [] : [{ kind, name, action: ACTIONS[outcome], members }],
  )
  return { changes, adopted, digest: digestOf({ file, applied, adopted }, key) }
}

/** Line by line: the text of a large plan would be as large once more. */
function digestOf(
  whole: { file: string | undefined; applied: readonly Applied[]; adopted: readonly Adopted[] },
  key: KeyObject,
): string {
  const mac = createHmac('sha256', key)
  const add = (line: unknown) => mac.update(`${JSON.stringify(line)}\n`)
  add({ file: whole.file, adopted: whole.adopted })
  for (const { kind, name, outcome, members, secrets = [] } of whole.applied) {
    if (outcome !== 'unchanged') add({ kind, name, outcome, members, secrets })
  }
  return mac.digest('base64url')
}

/** Throws InputError `plan-changed`. */
export function refuseOtherPlan(
  applied: readonly Applied[],
  adopted: readonly Adopted[],
  { file, plan }: { readonly file?: string; readonly plan?: PlanLookedAt },
): void {
  if (plan === undefined || digestOf({ file, applied, adopted }, plan.key) === plan.digest) return
  throw new InputError('plan-changed', {
    received: 'the digest of another plan',
    expected:
      'a file, secrets and a directory as they were when the plan was made: look at the new plan, and apply that',
    where: 'digest',
  })
}
