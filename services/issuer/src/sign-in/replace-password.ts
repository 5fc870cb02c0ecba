import type { Directory } from '@latchkey/directory'
import { type Clock, nowSeconds, type Position } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { End } from '../ending/end.ts'
import { placeOfOwnEnd } from '../ending/place-of-own-end.ts'
import type { NewPasswordStep } from './new-password-step.ts'

export interface ReplacePasswordDeps {
  readonly directory: Pick<Directory, 'transaction'>
  readonly store: Pick<Store, 'log'>
  readonly end: End
  readonly clock: Clock
}

/**
 * First the account, then the end of everything that was signed in with the password of before, sign-ins under way included.
 * Gives the place from which a new session counts; undefined when the account is not as the page said, or somebody else has
 * ended it in the meantime.
 */
export async function replacePassword(
  { sub, rev, passwordChangedAt }: NewPasswordStep,
  passwordHash: string,
  deps: ReplacePasswordDeps,
): Promise<Position | undefined> {
  const actor = { sub }
  const isChanged = await deps.directory.transaction(async (inside) => {
    const user = await inside.users.find(sub)
    const isAsBefore = user?.mustChangePassword && user.passwordChangedAt === passwordChangedAt
    if (!isAsBefore || user.disabled) return false
    await inside.users.setPasswordHash(sub, passwordHash)
    await inside.audit.append({
      ...{ at: nowSeconds(deps.clock), actor, target: `user ${sub}` },
      ...{ action: 'user.password', reason: 'self', detail: {} },
    })
    return true
  })
  if (!isChanged) return undefined
  const ended = await deps.end({ kind: 'user', sub }, 'password_changed', actor)
  return await placeOfOwnEnd(ended, { sub }, rev, deps)
}
