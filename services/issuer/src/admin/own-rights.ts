/** Attack H3: nobody gives away, or takes over by a new password, more rights here than they have themselves. */
import type { Directory, User } from '@latchkey/directory'
import { compileGrants } from '@latchkey/permissions'
import { OAuthError } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import { callerRights } from './caller-rights.ts'
import { ADMIN_PREFIX, type DeclaredRoute } from './framework/admin-route.ts'

/** A user or a client. */
export type RightsHolder = Pick<User, 'grants'> & Partial<Pick<User, 'roles'>>

/** Throws `insufficient_scope` when the holder may call a route of the admin API that the caller may not. */
export type RefuseMoreThanOwn = (
  request: FastifyRequest,
  holder: RightsHolder,
  inside: Pick<Directory, 'roles'>,
) => Promise<void>

export function refuseMoreThanOwn(deps: {
  issuer: string
  /** Of the admin API, all of them once it is ready. */
  routes: readonly DeclaredRoute[]
}): RefuseMoreThanOwn {
  return async (request, holder, inside) => {
    const own = callerRights(request.admin)
    const theirs = compileGrants(await grantsAt(deps.issuer, holder, inside))
    const isMore = deps.routes.some(
      ({ method, path }) =>
        theirs.allows(method, ADMIN_PREFIX + path) && !own.allows(method, ADMIN_PREFIX + path),
    )
    if (!isMore) return
    throw new OAuthError('insufficient_scope', 'more_rights_than_own', {
      description: `this ${holder.roles ? 'user' : 'client'} may do more here than you`,
    })
  }
}

/** Also of one that is disabled, because that can be undone. */
async function grantsAt(
  audience: string,
  holder: RightsHolder,
  { roles }: Pick<Directory, 'roles'>,
): Promise<string[]> {
  const held = await Promise.all((holder.roles ?? []).map((name) => roles.find(name)))
  const grants = [...holder.grants, ...held.flatMap((role) => role?.grants ?? [])]
  return grants.filter((one) => one.audience === audience).map(({ grant }) => grant)
}
