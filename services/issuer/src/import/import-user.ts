import { type Directory, refuseOwned, type User } from '@latchkey/directory'
import { InputError, OAuthError } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import type { RefuseMoreThanOwn } from '../admin/own-rights.ts'
import { changeOf, type ImportRow, newUserOf } from './import-row.ts'

/** What happens to somebody who is there already, by external id or else by user name. */
export type OnExisting = 'skip' | 'update' | 'fail'

export interface Imported {
  readonly outcome: 'created' | 'updated' | 'skipped'
  readonly user: User
  /** Subjects whose tokens speak of what was. */
  readonly stale: boolean
  /** They must not stay signed in. */
  readonly disabled: boolean
}

export interface ImportUserDeps {
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

/** Brings in one person, inside a transaction. Throws InputError, and OAuthError `insufficient_scope`. */
export async function importUser(
  row: ImportRow,
  onExisting: OnExisting,
  { request, inside }: { request: FastifyRequest; inside: Directory },
  deps: ImportUserDeps,
): Promise<Imported> {
  const existing = await findExisting(row, inside)
  if (existing && onExisting === 'skip') {
    return { outcome: 'skipped', user: existing, stale: false, disabled: false }
  }
  if (existing && onExisting === 'fail') {
    throw new InputError('user-exists', {
      where: 'username',
      received: existing.username,
      expected: 'somebody who is not there yet, or --on-existing skip or update',
    })
  }
  const groups = await groupIds(row.groups ?? [], inside)
  if (existing === undefined) {
    const created = await inside.users.create(newUserOf(row, groups))
    if (row.status === 'disabled') await inside.users.setDisabled(created.sub, true)
    // Who has nothing has no more than the caller.
    const hasRights = created.roles.length + created.groups.length > 0
    if (hasRights) await deps.refuseMoreThanOwn(request, created, inside)
    return { outcome: 'created', user: created, stale: false, disabled: false }
  }
  return await update(existing, { ...row, groupIds: groups }, { request, inside }, deps)
}

async function update(
  before: User,
  row: ImportRow & { readonly groupIds: readonly string[] },
  { request, inside }: { request: FastifyRequest; inside: Directory },
  deps: ImportUserDeps,
): Promise<Imported> {
  refuseOwnProof(request, before.sub, row)
  await refuseOwned(inside, 'user', before.sub)
  await deps.refuseMoreThanOwn(request, before, inside)
  const user = await inside.users.update(before.sub, changeOf(row, row.groupIds))
  await deps.refuseMoreThanOwn(request, user, inside)
  const disabled = row.status === 'disabled' && !before.disabled
  if (disabled || (row.status === 'active' && before.disabled)) {
    await inside.users.setDisabled(user.sub, disabled)
  }
  const rightsOf = ({ roles, groups }: User) => JSON.stringify([roles, groups])
  return { outcome: 'updated', user, stale: rightsOf(before) !== rightsOf(user), disabled }
}

/** Attack G10, by way of a file. */
function refuseOwnProof(request: FastifyRequest, sub: string, row: ImportRow): void {
  const provesOwn = row.email_verified === true || row.profile?.['phone_number_verified'] === true
  if (request.admin?.sub !== sub || !provesOwn) return
  throw new OAuthError('insufficient_scope', 'own_address', {
    description: 'somebody else has to say that your address or number is yours',
  })
}

async function findExisting(row: ImportRow, { users }: Directory): Promise<User | undefined> {
  const { external_id: id } = row
  const known = id === undefined || id === '' ? undefined : await users.findByExternalId(id)
  return known ?? (await users.findByUsername(row.username))
}

async function groupIds(names: readonly string[], { groups }: Directory): Promise<string[]> {
  const ids: string[] = []
  for (const [index, name] of names.entries()) {
    const group = await groups.findByName(name)
    if (group === undefined) {
      throw new InputError('unknown-group', {
        where: `groups[${index}]`,
        received: JSON.stringify(name),
        expected: 'the name of a group that exists',
      })
    }
    ids.push(group.id)
  }
  return ids
}
