import { StoreUnavailable } from '@latchkey/protocol'
import type { End } from '../ending/end.ts'
import type { KeyChanges } from './key-changes.ts'

export interface EndKeysDeps {
  readonly end: End
  readonly changes: Pick<KeyChanges, 'retire'>
}

/**
 * Ends what an administrator names. Ending a key retires it: the entry alone would leave it signing tokens that nobody accepts. While SQL is
 * away the entry is all that can be had, and it is what stops a thief; the key can be retired later. Throws InputError `unknown-key`.
 */
export function endKeys({ end, changes }: EndKeysDeps): End {
  return async (target, reason, actor, options) => {
    if (target.kind !== 'key') return await end(target, reason, actor, options)
    try {
      return await changes.retire(target.kid, actor, reason)
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error
      return await end(target, reason, actor)
    }
  }
}
