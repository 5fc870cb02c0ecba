import type { RightsSet } from '../directory.ts'
import { holderOf } from '../sql/grants.ts'
import type { Queries } from '../sql/sql.ts'

/** A statement takes so many parameters for sure, on both engines. */
const AT_ONCE = 500

/**
 * See `Users.rightsSets`. People have their rights from few places, so that ten thousand of them have a handful of sets: who has
 * what is read as names of places, and grants are put together once for each set. Of some people nothing is read that others
 * have: a change for one of them must not wait for a million.
 */
export async function rightsSets(
  db: Queries,
  audience: string,
  subs?: readonly string[],
): Promise<RightsSet[]> {
  const parts = subs === undefined ? [undefined] : partsOf([...new Set(subs)])
  const rows = await grantsOf(db, audience, parts)
  if (rows.length === 0) return []
  const grants = new Map(
    [...Map.groupBy(rows, ({ holder }) => holder)].map(([holder, list]) => [
      holder,
      list.map((row) => row.route_grant),
    ]),
  )
  const places = new Map<string, Set<string>>()
  const note = (sub: string, holder: string) => {
    if (grants.has(holder)) places.set(sub, (places.get(sub) ?? new Set()).add(holder))
  }
  for (const holder of grants.keys()) if (holder.startsWith('u_')) note(holder, holder)
  const ofGroup = await placesOfGroups(db, grants)
  for (const part of parts) {
    for (const { user_id, role } of await usersOfRoles(db, grants, part)) {
      note(user_id, holderOf.role(role))
    }
    for (const { user_id, group_id } of await membersOf(db, [...ofGroup.keys()], part)) {
      for (const holder of ofGroup.get(group_id) ?? []) note(user_id, holder)
    }
  }
  const bySet = Map.groupBy(places, ([, holders]) => [...holders].sort().join('\n'))
  return [...bySet.values()].map((same) => {
    const [[, holders]] = same as [[string, Set<string>]]
    const routes = new Set([...holders].flatMap((holder) => grants.get(holder) ?? []))
    return { subs: same.map(([sub]) => sub), routes: [...routes].sort() }
  })
}

type Grants = ReadonlyMap<string, readonly string[]>

/** Undefined: everybody. */
type Part = readonly string[] | undefined

function partsOf(subs: readonly string[]): string[][] {
  const count = Math.ceil(subs.length / AT_ONCE)
  return Array.from({ length: count }, (_, part) =>
    subs.slice(part * AT_ONCE, (part + 1) * AT_ONCE),
  )
}

/** At this service: those of all roles and groups, and the direct ones of these people. */
async function grantsOf(db: Queries, audience: string, parts: readonly Part[]) {
  const all = db
    .selectFrom('grants')
    .select(['holder', 'route_grant'])
    .where('audience', '=', audience)
  if (parts.includes(undefined)) return await all.execute()
  const shared = await all
    .where(({ eb, or }) => or([eb('holder', 'like', 'role:%'), eb('holder', 'like', 'group:%')]))
    .execute()
  const own = parts.map((part) => all.where('holder', 'in', [...(part ?? [])]).execute())
  return [...shared, ...(await Promise.all(own)).flat()]
}

async function usersOfRoles(db: Queries, grants: Grants, part: Part) {
  const roles = namesOf('role:', grants)
  if (roles.length === 0) return []
  const all = db.selectFrom('user_roles').select(['user_id', 'role']).where('role', 'in', roles)
  return await (part === undefined ? all : all.where('user_id', 'in', [...part])).execute()
}

async function membersOf(db: Queries, groups: readonly string[], part: Part) {
  if (groups.length === 0) return []
  const all = db
    .selectFrom('group_members')
    .select(['user_id', 'group_id'])
    .where('group_id', 'in', [...groups])
  return await (part === undefined ? all : all.where('user_id', 'in', [...part])).execute()
}

/** What a member of each group has from it: the group, the one above, and the roles of both. */
async function placesOfGroups(db: Queries, grants: Grants): Promise<Map<string, string[]>> {
  const groups = await db.selectFrom('groups').select(['id', 'parent']).execute()
  const rows = await db.selectFrom('group_roles').select(['group_id', 'role']).execute()
  const roles = Map.groupBy(rows, ({ group_id }) => group_id)
  const own = (id: string) => [
    holderOf.group(id),
    ...(roles.get(id) ?? []).map(({ role }) => holderOf.role(role)),
  ]
  const all = groups.map(({ id, parent }): [string, string[]] => [
    id,
    [...own(id), ...(parent === null ? [] : own(parent))].filter((holder) => grants.has(holder)),
  ])
  return new Map(all.filter(([, holders]) => holders.length > 0))
}

function namesOf(prefix: string, grants: Grants): string[] {
  return [...grants.keys()]
    .filter((holder) => holder.startsWith(prefix))
    .map((holder) => holder.slice(prefix.length))
}
