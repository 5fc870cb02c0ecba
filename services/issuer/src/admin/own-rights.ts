/**
 * Attack H3: nobody gives away, or takes over by a new password, more rights here than they have themselves. What may be done at other
 * services is what administrators are for; what may be done at the issuer decides who else may do that.
 */
import type { Directory, Group, Role, User } from '@latchkey/directory'
import { covers, type Grant, parseGrant } from '@latchkey/permissions'
import {
  type AccessTokenClaims,
  type Clock,
  machineSubject,
  nowSeconds,
  OAuthError,
} from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import { callerGrants } from './caller-rights.ts'

/** A user, as the directory has them now, or what a role, a group or a client holds. */
export type RightsHolder =
  | Pick<User, 'sub'>
  | (Pick<Role, 'grants'> & Partial<Pick<Group, 'roles' | 'parent'>>)

type Inside = Pick<Directory, 'users' | 'groups' | 'clients' | 'roles'>

/**
 * Throws `insufficient_scope` when the holder may do something at the issuer that the caller may not, or for longer. Called for
 * how the holder is before a change and for how it is after, inside the transaction of the change.
 */
export type RefuseMoreThanOwn = (
  request: FastifyRequest,
  holder: RightsHolder,
  inside: Inside,
) => Promise<void>

/** Who holds this may grant everything at the issuer. */
const EVERYTHING = '* /admin/v1/*'

interface Held {
  readonly grant: string
  readonly until?: number | undefined
}

export interface OwnRightsDeps {
  readonly issuer: string
  readonly clock: Clock
}

export function refuseMoreThanOwn({ issuer, clock }: OwnRightsDeps): RefuseMoreThanOwn {
  return async (request, holder, inside) => {
    const claims = request.admin
    if (!claims) throw new Error('an admin route ran without its guard')
    const theirs = living(await heldBy(holder, issuer, inside), clock)
    if (theirs.length === 0) return
    // The token may be narrower than the directory (RFC 9396), and the directory younger than the token.
    const told = callerGrants(claims).map((grant) => ({ grant }))
    const own = living(await heldByCaller(claims, issuer, inside), clock)
    const mayGrant = (one: Held) => isCovered(one, told) && isCovered(one, own)
    if (mayGrant({ grant: EVERYTHING })) return
    const more = theirs.find((one) => !mayGrant(one))
    if (more === undefined) return
    throw new OAuthError('insufficient_scope', 'more_rights_than_own', {
      description: `${more.grant} at the issuer would be in other hands, and you do not hold it, or not for as long`,
    })
  }
}

function isCovered(one: Held, by: readonly Held[]): boolean {
  const wanted = parsed(one.grant)
  if (!wanted) return false
  return by.some(({ grant, until = Number.POSITIVE_INFINITY }) => {
    const held = parsed(grant)
    const isLongEnough = until >= (one.until ?? Number.POSITIVE_INFINITY)
    // A pattern is covered as a route of its own shape would be: `/users/*` is no route, but lies wholly in `/*`.
    return held !== undefined && isLongEnough && covers(held, wanted.method, wanted.pattern)
  })
}

function parsed(text: string): Grant | undefined {
  const outcome = parseGrant(text)
  return outcome.kind === 'grant' ? outcome.grant : undefined
}

function living(grants: readonly Held[], clock: Clock): Held[] {
  const now = nowSeconds(clock)
  return grants.filter(({ until }) => until === undefined || until > now)
}

/** Also of one that is disabled, because that can be undone. */
async function heldBy(holder: RightsHolder, issuer: string, inside: Inside): Promise<Held[]> {
  if ('sub' in holder) return await inside.users.grantSources(holder.sub, issuer)
  const parent = holder.parent ? await inside.groups.find(holder.parent) : undefined
  const names = [...(holder.roles ?? []), ...(parent?.roles ?? [])]
  const roles = await Promise.all(names.map((name) => inside.roles.find(name)))
  const all = [holder, parent, ...roles].flatMap((one) => one?.grants ?? [])
  return all.filter(({ audience }) => audience === issuer)
}

async function heldByCaller(
  { sub, client_id: clientId }: AccessTokenClaims,
  issuer: string,
  inside: Inside,
): Promise<Held[]> {
  if (sub !== machineSubject(clientId)) return await inside.users.grantSources(sub, issuer)
  const client = await inside.clients.find(clientId)
  return (client?.grants ?? []).filter(({ audience }) => audience === issuer)
}
