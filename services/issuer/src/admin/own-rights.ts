/** Attack H3: nobody gives away, or takes over by a new password, more rights here than they have themselves. */
import type { Directory, User } from '@latchkey/directory'
import { compileGrants } from '@latchkey/permissions'
import { OAuthError } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'

export interface AdminRoute {
  readonly method: string
  readonly url: string
}

/** Throws `insufficient_scope` when the user may call a route of the admin API that the caller may not. */
export type RefuseMoreThanOwn = (
  request: FastifyRequest,
  user: User,
  inside: Pick<Directory, 'roles'>,
) => Promise<void>

export function refuseMoreThanOwn(deps: {
  issuer: string
  /** Of the admin API, all of them once it is ready. */
  routes: readonly AdminRoute[]
}): RefuseMoreThanOwn {
  return async (request, user, inside) => {
    const own = compileGrants(request.admin?.routes ?? [])
    const theirs = compileGrants(await grantsAt(deps.issuer, user, inside))
    const isMore = deps.routes.some(
      ({ method, url }) => theirs.allows(method, url) && !own.allows(method, url),
    )
    if (!isMore) return
    throw new OAuthError('insufficient_scope', 'more_rights_than_own', {
      description: 'this user may do more here than you',
    })
  }
}

/** Also of a user who is disabled, because that can be undone. */
async function grantsAt(
  audience: string,
  user: User,
  { roles }: Pick<Directory, 'roles'>,
): Promise<string[]> {
  const held = await Promise.all(user.roles.map((name) => roles.find(name)))
  const grants = [...user.grants, ...held.flatMap((role) => role?.grants ?? [])]
  return grants.filter((one) => one.audience === audience).map(({ grant }) => grant)
}
