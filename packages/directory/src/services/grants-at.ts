import type { GrantAt, GrantHolder } from '../directory.ts'
import type { Queries } from '../sql/sql.ts'

/** See `Catalogues.grantsAt`. Holders that are people are only counted: there may be a million. */
export async function grantsAt(db: Queries, audience: string, now: number): Promise<GrantAt[]> {
  const living = db
    .selectFrom('grants')
    .where('grants.audience', '=', audience)
    .where(({ eb, or }) => or([eb('grants.until', 'is', null), eb('grants.until', '>', now)]))
  const direct = await living
    .innerJoin('users', 'users.id', 'grants.holder')
    .select('grants.route_grant as grant')
    .distinct()
    .where('users.disabled', '=', 0)
    .execute()
  const others = await living
    .select(['grants.holder', 'grants.route_grant as grant'])
    .where(({ eb, or }) =>
      or(['role:%', 'group:%', 'svc:%'].map((prefix) => eb('grants.holder', 'like', prefix))),
    )
    .execute()
  const held = await heldHolders(db)
  const all: GrantAt[] = [
    ...direct.map(({ grant }) => ({ grant, holder: { kind: 'users' } as const, isHeld: true })),
    ...others.map(({ holder, grant }) => {
      const [prefix = '', id = ''] = splitOnce(holder)
      return { grant, holder: { kind: KINDS[prefix] ?? 'client', id }, isHeld: held.has(holder) }
    }),
  ]
  return all.sort((a, b) => (order(a) < order(b) ? -1 : 1))
}

const KINDS: Readonly<Record<string, Exclude<GrantHolder['kind'], 'users'>>> = {
  role: 'role',
  group: 'group',
  svc: 'client',
}

function splitOnce(text: string): string[] {
  const at = text.indexOf(':')
  return [text.slice(0, at), text.slice(at + 1)]
}

function order({ grant, holder }: GrantAt): string {
  return `${grant}\n${holder.kind}\n${holder.id ?? ''}`
}

/** Roles and groups with anybody in them, and clients that are not disabled, as `grants` names them. */
async function heldHolders(db: Queries): Promise<Set<string>> {
  const groups = await db
    .selectFrom('groups')
    .select(['id', 'parent'])
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('group_members')
          .innerJoin('users', 'users.id', 'group_members.user_id')
          .select('group_members.group_id')
          .whereRef('group_members.group_id', '=', 'groups.id')
          .where('users.disabled', '=', 0),
      ),
    )
    .execute()
  // Who is in a group has the rights of the one above it, too.
  const peopled = new Set(
    groups.flatMap(({ id, parent }) => (parent === null ? [id] : [id, parent])),
  )
  const roles = await db
    .selectFrom('roles')
    .select('name')
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('user_roles')
          .innerJoin('users', 'users.id', 'user_roles.user_id')
          .select('user_roles.role')
          .whereRef('user_roles.role', '=', 'roles.name')
          .where('users.disabled', '=', 0),
      ),
    )
    .execute()
  const groupRoles = await db.selectFrom('group_roles').select(['group_id', 'role']).execute()
  const clients = await db.selectFrom('clients').select('id').where('disabled', '=', 0).execute()
  return new Set([
    ...[...peopled].map((id) => `group:${id}`),
    ...roles.map(({ name }) => `role:${name}`),
    ...groupRoles.filter(({ group_id }) => peopled.has(group_id)).map(({ role }) => `role:${role}`),
    ...clients.map(({ id }) => `svc:${id}`),
  ])
}
