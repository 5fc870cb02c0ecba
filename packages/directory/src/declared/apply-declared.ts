import type { Actor } from '@latchkey/protocol'
import type { Directory } from '../directory.ts'
import { type Applied, type AppliedDeclaration, summary } from './applied.ts'
import { bringIn } from './bring-in.ts'
import type { DeclaredDirectory } from './declared-directory.ts'
import { checkEachOnce } from './each-once.ts'
import { firstPasswords } from './first-passwords.ts'
import { type Adopted, saveOwnership, withoutOthers } from './ownership.ts'
import { type Plan, type PlanLookedAt, planOf, refuseOtherPlan } from './plan.ts'
import { recordApplied } from './record-applied.ts'

export interface ApplyOptions {
  /** Second. */
  readonly now: number
  /** Default: the issuer itself. */
  readonly actor?: Actor
  /** Name of the file that owns what is declared from now on. Absent: nobody does, and of users only what is given changes. */
  readonly file?: string
  /** Whether what the file owns and does not declare is given up. Default: no. */
  readonly givesUp?: boolean
  /** Any other plan is refused. */
  readonly plan?: PlanLookedAt
  /** Stands around the work, inside the transaction; what it throws undoes everything. Default: nothing. */
  readonly guard?: (
    inside: Directory,
    work: () => Promise<readonly Applied[]>,
  ) => Promise<readonly Applied[]>
  /** What else belongs to it: done last, inside the transaction. Default: nothing. */
  readonly also?: (inside: Directory, applied: AppliedDeclaration) => Promise<void>
}

/**
 * Brings declared services, roles, groups, clients and users into the directory, in one transaction and with audit records: see
 * `DeclaredDirectory` for what is replaced and what stays. Applying the same declaration again changes nothing. The
 * caller publishes `stale` and ends what was disabled, as the result says.
 * Throws InputError with the place in the declaration (`users[2].roles[0]`) and, for an unknown name, a suggestion;
 * `plan-changed` when the digest is that of another plan.
 */
export async function applyDeclared(
  directory: Directory,
  declared: DeclaredDirectory,
  options: ApplyOptions,
): Promise<AppliedDeclaration> {
  checkEachOnce(declared)
  const hashes = await firstPasswords(directory, declared.users ?? [])
  return directory.transaction(async (inside) => {
    const { applied, adopted } = await attempt(inside, declared, { ...options, hashes })
    refuseOtherPlan(applied, adopted, options)
    for (const one of applied) await recordApplied(inside, one, options)
    const whole = summary(applied)
    await options.also?.(inside, whole)
    return whole
  })
}

/** What a start has done with a declaration. */
export type Started =
  | { readonly kind: 'brought-in'; readonly applied: AppliedDeclaration }
  /** An apply has brought in a file of this name: from then on only an apply changes what it owns. */
  | { readonly kind: 'left-alone' }

/**
 * Brings in what an issuer finds declared when it starts. It gives nothing up and leaves alone what another file owns: two
 * processes that start with different files must not undo each other, nor what somebody has applied.
 */
export async function startDeclared(
  directory: Directory,
  declared: DeclaredDirectory,
  options: Pick<ApplyOptions, 'now' | 'also'> & { readonly file: string },
): Promise<Started> {
  const owned = await directory.owned.list()
  if (owned.some(({ file, applied }) => applied && file === options.file)) {
    return { kind: 'left-alone' }
  }
  const free = withoutOthers(declared, owned, options.file)
  return { kind: 'brought-in', applied: await applyDeclared(directory, free, options) }
}

/**
 * What `applyDeclared` would do now. It is done and undone, so that whatever would be refused is refused here already: a plan is
 * never more than what an apply does. No passwords are hashed. `key`: what its digest is made with.
 */
export async function planDeclared(
  directory: Directory,
  declared: DeclaredDirectory,
  options: Omit<ApplyOptions, 'plan'> & Pick<PlanLookedAt, 'key'>,
): Promise<Plan> {
  checkEachOnce(declared)
  const hashes = await firstPasswords(directory, declared.users ?? [], true)
  try {
    return await directory.transaction(async (inside) => {
      const { applied, adopted } = await attempt(inside, declared, { ...options, hashes })
      throw new Undone(planOf(applied, adopted, { file: options.file, key: options.key }))
    })
  } catch (reason) {
    if (reason instanceof Undone) return reason.plan
    throw reason
  }
}

/** Carries the plan out of the transaction that it undoes. */
class Undone extends Error {
  readonly plan: Plan

  constructor(plan: Plan) {
    super('planned, and undone')
    this.plan = plan
  }
}

async function attempt(
  inside: Directory,
  declared: DeclaredDirectory,
  options: ApplyOptions & { readonly hashes: ReadonlyMap<string, string> },
): Promise<{ applied: readonly Applied[]; adopted: readonly Adopted[] }> {
  const { file, givesUp = false, guard = (_, work) => work() } = options
  const applied = await guard(inside, () => bringIn(inside, declared, options))
  const adopted =
    file === undefined ? [] : await saveOwnership(inside, applied, { file, byApply: givesUp })
  return { applied, adopted }
}
