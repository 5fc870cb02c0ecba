import type { RightsSet } from '../directory.ts'
import { holderOf } from '../sql/grants.ts'
import type { Queries } from '../sql/sql.ts'

/**
 * See `Users.rightsSets`. People have their rights from few places, so that ten thousand of them have a handful of sets: who has
 * what is read as names of places, and grants are put together once for each set.
 */
export async function rightsSets(
  db: Queries,
  audience: string,
  subs?: readonly string[],
): Promise<RightsSet[]> {
  const rows = await db
    .selectFrom('grants')
    .select(['holder', 'route_grant'])
    .where('audience', '=', audience)
    .execute()
  if (rows.length === 0) return []
  const grants = new Map(
    [...Map.groupBy(rows, ({ holder }) => holder)].map(([holder, list]) => [
      holder,
      list.map((row) => row.route_grant),
    ]),
  )
  const places = new Map<string, Set<string>>()
  const meant = subs && new Set(subs)
  const note = (sub: string, holder: string) => {
    if (meant?.has(sub) === false) return
    if (grants.has(holder)) places.set(sub, (places.get(sub) ?? new Set()).add(holder))
  }
  for (const holder of grants.keys()) if (holder.startsWith('u_')) note(holder, holder)
  for (const { user_id, role } of await usersOfRoles(db, grants)) note(user_id, holderOf.role(role))
  const ofGroup = await placesOfGroups(db, grants)
  for (const { user_id, group_id } of await membersOf(db, [...ofGroup.keys()])) {
    for (const holder of ofGroup.get(group_id) ?? []) note(user_id, holder)
  }
  const bySet = Map.groupBy(places, ([, holders]) => [...holders].sort().join('\n'))
  return [...bySet.values()].map((same) => {
    const [[sub, holders]] = same as [[string, Set<string>]]
    const routes = new Set([...holders].flatMap((holder) => grants.get(holder) ?? []))
    return { sub, people: same.length, routes: [...routes].sort() }
  })
}

type Grants = ReadonlyMap<string, readonly string[]>

async function usersOfRoles(db: Queries, grants: Grants) {
  const roles = namesOf('role:', grants)
  if (roles.length === 0) return []
  return await db
    .selectFrom('user_roles')
    .select(['user_id', 'role'])
    .where('role', 'in', roles)
    .execute()
}

async function membersOf(db: Queries, groups: readonly string[]) {
  if (groups.length === 0) return []
  return await db
    .selectFrom('group_members')
    .select(['user_id', 'group_id'])
    .where('group_id', 'in', [...groups])
    .execute()
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
