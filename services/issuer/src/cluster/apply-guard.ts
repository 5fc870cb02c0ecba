/** Attacks H2 and H3: what an apply may not do, whatever the file says. */
import type { Applied, ApplyOptions, Directory } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import { actorOf } from '../admin/actor.ts'
import { keepAnAdministrator } from '../admin/administrators.ts'
import { SHIPPED_ROLES } from '../admin/framework/shipped-roles.ts'
import { isShipped } from '../admin/is-shipped.ts'
import type { RefuseMoreThanOwn } from '../admin/own-rights.ts'
import { refuseOverBudget } from '../rights/token-budget.ts'

type Guard = NonNullable<ApplyOptions['guard']>

/** What holds for a plan too: an administrator stays, shipped roles stay as they are, and tokens within their budget. */
export function guardPlan({ issuer }: { readonly issuer: string }): Guard {
  return async (inside, work) => {
    const shipped = (await inside.roles.list()).filter((role) => isShipped(role, issuer))
    const applied = await keepAnAdministrator(inside, issuer, work)
    for (const { name } of shipped) refuseShipped(name, applied)
    await refuseOverBudget(inside, await published(inside), issuer)
    return applied
  }
}

export interface ApplyGuardDeps {
  readonly issuer: string
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
  readonly request: FastifyRequest
  readonly file: string
  readonly now: number
}

/**
 * A file may give anybody any right, so only who may do everything in the admin API applies one. One record says who has applied
 * what, beside those of the entries.
 */
export function guardApply(deps: ApplyGuardDeps): Guard {
  const { issuer, refuseMoreThanOwn, request, file, now } = deps
  const guard = guardPlan(deps)
  return async (inside, work) => {
    const grant = SHIPPED_ROLES.admin.grants[0]
    await refuseMoreThanOwn(request, { grants: [{ audience: issuer, grant }] }, inside)
    const applied = await guard(inside, work)
    await inside.audit.append({
      at: now,
      actor: actorOf(request),
      action: 'cluster.apply',
      target: `file ${file}`,
      reason: 'admin',
      detail: { entries: applied.length, changed: applied.filter(isChange).length },
    })
    return applied
  }
}

/** A file may declare a service and everything at it before the service has ever run: its budget is known only behind that. */
async function published({ services }: Pick<Directory, 'services'>): Promise<string[]> {
  const all = await services.list()
  return all.filter(({ catalogue }) => catalogue.length > 0).map(({ audience }) => audience)
}

function isChange({ outcome }: Applied): boolean {
  return outcome !== 'unchanged'
}

function refuseShipped(name: string, applied: readonly Applied[]): void {
  const touched = applied.some((one) => one.kind === 'role' && one.name === name && isChange(one))
  if (!touched) return
  throw new InputError('role-shipped', {
    received: `${name}, which comes with the issuer`,
    expected: 'a role of another name with the grants that you need',
    where: 'roles',
  })
}
