import { createHash } from 'node:crypto'
import { InputError } from '@latchkey/protocol'
import type { OwnedKind } from '../directory.ts'
import type { Applied } from './applied.ts'
import type { MemberChange } from './member-changes.ts'
import type { Adopted } from './ownership.ts'

/** What an apply would do. */
export interface Plan {
  readonly changes: readonly PlannedChange[]
  /** What is there, stays as it is, and becomes the file's. No change: an empty plan may have some. */
  readonly adopted: readonly Adopted[]
  /** Names this plan: an apply refuses when it would do anything else. No secret can be guessed from it. */
  readonly digest: string
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
  file: string | undefined,
): Plan {
  const changes = applied.flatMap(({ kind, name, outcome, members }) =>
    outcome === 'unchanged' ? [] : [{ kind, name, action: ACTIONS[outcome], members }],
  )
  const text = JSON.stringify({ file, changes, adopted })
  const digest = createHash('sha256').update(text).digest('base64url')
  return { changes, adopted, digest }
}

/** Throws InputError `plan-changed`. */
export function refuseOtherPlan(plan: Plan, digest: string): void {
  if (plan.digest === digest) return
  throw new InputError('plan-changed', {
    received: 'the digest of another plan',
    expected:
      'a directory that has not changed since the plan was made: look at the new plan, and apply that',
    where: 'digest',
  })
}
