import { type Clock, nowSeconds, type Position } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { EndingChange } from '../ending/ending-change.ts'
import { placeOfOwnEnd } from '../ending/place-of-own-end.ts'
import type { NewPasswordStep } from './new-password-step.ts'

export interface ReplacePasswordDeps {
  readonly store: Pick<Store, 'log'>
  readonly endingChange: EndingChange
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
  const { outcomes } = await deps.endingChange(async (inside) => {
    const user = await inside.users.find(sub)
    const isAsBefore = user?.mustChangePassword && user.passwordChangedAt === passwordChangedAt
    if (!isAsBefore || user.disabled) return { result: undefined, ends: [] }
    await inside.users.setPasswordHash(sub, passwordHash)
    await inside.audit.append({
      ...{ at: nowSeconds(deps.clock), actor, target: `user ${sub}` },
      ...{ action: 'user.password', reason: 'self', detail: {} },
    })
    const target = { kind: 'user', sub } as const
    return { result: undefined, ends: [{ target, reason: 'password_changed', actor }] }
  })
  const [ended] = outcomes
  return ended && (await placeOfOwnEnd(ended, { sub }, rev, deps))
}
