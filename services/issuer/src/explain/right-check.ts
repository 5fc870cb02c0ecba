/** Whether the token's rights open the route, where they come from, and what would open it: packages/permissions/README.md. */
import type { CatalogueRoute, Directory, GrantSource, Role } from '@latchkey/directory'
import { covers, parseGrant } from '@latchkey/permissions'
import { type AccessTokenClaims, isUserSubject } from '@latchkey/protocol'
import type { CatalogueBook } from '../rights/catalogue-book.ts'
import { describeSource, groupNamesOf } from '../rights/named-source.ts'
import { type Check, failed, passed } from './explanation.ts'
import { opens, writtenRight } from './written-right.ts'

export interface RightCheckDeps {
  readonly directory: Pick<Directory, 'users' | 'clients' | 'groups' | 'roles'>
  readonly catalogues: Pick<CatalogueBook, 'named'>
}

export interface RightFacts {
  readonly claims: AccessTokenClaims
  /** Whom it speaks for, also where `claims.sub` is a pairwise subject. */
  readonly subject: string
  readonly route: CatalogueRoute
  /** Wall clock in whole seconds. */
  readonly now: number
}

/** Roles that would open the route: whoever wants to give one wants to choose, not to read all of them. */
const MOST_ROLES = 20

export async function rightCheck(facts: RightFacts, deps: RightCheckDeps): Promise<Check> {
  const { claims, subject, route, now } = facts
  const written = await writtenRight(claims, route, deps)
  const sources = await sourcesOf(subject, claims.aud, deps)
  const living = sources.filter(({ until }) => until === undefined || until > now)
  const opening = living.filter(({ grant }) => opens(grant, route))
  const named = await groupNamesOf(living, deps.directory)
  const describe = (source: GrantSource) => describeSource(source, named)
  const held = { from: opening.map(describe) }
  if (written.kind === 'granted') {
    return passed('right', { ...(written.grant && { grant: written.grant }), ...held })
  }
  if (written.kind === 'stale') return failed('right', 'stale', held)
  const nearest = nearestOf(living, route)
  return failed('right', opening.length > 0 ? 'not_in_token' : 'not_granted', {
    ...held,
    ...(nearest && { nearest: describe(nearest) }),
    roles: rolesThatOpen(await deps.directory.roles.list(), claims.aud, route),
  })
}

async function sourcesOf(
  subject: string,
  audience: string,
  { directory }: RightCheckDeps,
): Promise<readonly GrantSource[]> {
  if (isUserSubject(subject)) return await directory.users.grantSources(subject, audience)
  const client = await directory.clients.find(subject.replace(/^svc:/, ''))
  const own = client?.grants.filter((one) => one.audience === audience) ?? []
  return own.map(({ audience: _, ...grant }) => ({ ...grant, by: { kind: 'direct' } }))
}

/** The held grant that lacks least: the route with another method first, then the one with the most segments in common. */
function nearestOf(living: readonly GrantSource[], route: CatalogueRoute): GrantSource | undefined {
  const ranked = living.map((source) => ({ source, rank: likeness(source.grant, route) }))
  return ranked.filter(({ rank }) => rank > 0).sort((a, b) => b.rank - a.rank)[0]?.source
}

function likeness(text: string, { pattern }: CatalogueRoute): number {
  const outcome = parseGrant(text)
  if (outcome.kind !== 'grant') return 0
  const { grant } = outcome
  if (covers({ ...grant, method: '*' }, 'GET', pattern)) return Number.POSITIVE_INFINITY
  const [here, there] = [grant.pattern.split('/').slice(1), pattern.split('/').slice(1)]
  const differs = here.findIndex((segment, at) => segment !== there[at])
  return differs === -1 ? here.length : differs
}

function rolesThatOpen(roles: readonly Role[], audience: string, route: CatalogueRoute) {
  return roles
    .flatMap(({ name, grants }) => {
      const found = grants.find((one) => one.audience === audience && opens(one.grant, route))
      return found ? [{ role: name, grant: found.grant }] : []
    })
    .slice(0, MOST_ROLES)
}
