import { checkGrants, sortGrants } from '../checks/grants.ts'
import type { ServiceGrant } from '../directory.ts'
import { optional } from './columns.ts'
import { requireKnown } from './require-known.ts'
import type { Queries } from './sql.ts'

/** How a user, a client, a role or a group is named in the table of grants. */
export const holderOf = {
  user: (sub: string) => sub,
  client: (id: string) => `svc:${id}`,
  role: (name: string) => `role:${name}`,
  group: (id: string) => `group:${id}`,
} as const

/** The grants of each holder, sorted by audience and text. */
export async function grantsOf(
  db: Queries,
  holders: readonly string[],
): Promise<(holder: string) => ServiceGrant[]> {
  const rows = await db
    .selectFrom('grants')
    .selectAll()
    .where('holder', 'in', [...holders])
    .execute()
  const byHolder = Map.groupBy(rows, (row) => row.holder)
  return (holder) =>
    sortGrants(
      (byHolder.get(holder) ?? []).map((row) => ({
        audience: row.audience,
        grant: row.route_grant,
        ...optional('until', row.until),
      })),
    )
}

/** Gives the holder these grants and no others. Throws InputError for a bad grant or an unknown service. */
export async function replaceGrants(
  db: Queries,
  holder: string,
  grants: readonly ServiceGrant[],
): Promise<void> {
  const checked = checkGrants(grants, 'grants')
  await requireKnown(
    db,
    'service',
    grants.map(({ audience }, index) => ({ name: audience, where: `grants[${index}]` })),
  )
  await db.deleteFrom('grants').where('holder', '=', holder).execute()
  if (checked.length === 0) return
  const rows = checked.map(({ audience, grant, until = null }) => {
    return { holder, audience, route_grant: grant, until }
  })
  await db.insertInto('grants').values(rows).execute()
}
