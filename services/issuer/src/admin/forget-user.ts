import { type Directory, refuseOwned } from '@latchkey/directory'
import { InputError } from '@latchkey/protocol'
import type { FastifyRequest } from 'fastify'
import type { RefuseMoreThanOwn } from './own-rights.ts'
import type { RecordedChange } from './recorded-change.ts'
import type { RightsChange } from './rights-change.ts'
import { findUser } from './user-params.ts'

export interface ForgetUserDeps {
  readonly recorded: RecordedChange
  readonly rightsChange: RightsChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
}

/**
 * Disabled, ended, and only then deleted. Disabled first: from then on nothing new is made for them, so the end, whose position
 * in the log comes later, reaches all that there is. Deleted last: a process that dies in between leaves a user who
 * is there, disabled, and can be deleted again. One who was deleted first could not be found to be ended.
 * @param check what the caller of the endpoint wants to be true first, inside the transaction
 * @throws InputError `unknown-user`, `owned-by-file`, `last-admin`, `user-enabled`
 */
export async function forgetUser(
  request: FastifyRequest,
  sub: string,
  check: (inside: Directory) => Promise<void>,
  deps: ForgetUserDeps,
): Promise<void> {
  const target = `user ${sub}`
  await deps.rightsChange(request, 'user.disable', async (inside) => {
    const user = await findUser(sub, inside.users)
    await check(inside)
    await refuseOwned(inside, 'user', sub)
    await deps.refuseMoreThanOwn(request, user, inside)
    await inside.users.setDisabled(sub, true)
    const detail = { before: { disabled: user.disabled }, after: { disabled: true } }
    const ends = [{ target: { kind: 'user', sub }, reason: 'user_deleted' }] as const
    return { target, detail, ends, result: undefined, stale: [] }
  })
  await deps.recorded(request, 'user.delete', async (inside) => {
    const user = await findUser(sub, inside.users)
    if (!user.disabled) throw enabledMeanwhile(sub)
    await inside.users.delete(sub)
    return { target, detail: { username: user.username }, result: undefined }
  })
}

/** Somebody else has let them in again: what they may have got since was not ended. */
function enabledMeanwhile(sub: string): InputError {
  return new InputError('user-enabled', {
    received: `${sub}, enabled by somebody in this moment`,
    expected: 'a user who stays disabled while being deleted: agree, and ask again',
  })
}
