/**
 * A secret that the page has shown and that is nobody's yet: it travels through the form, sealed for one account, one session and ten
 * minutes. So nothing is stored for somebody who looks at the page and goes away, and nobody can slip their secret into it.
 */
import { type Clock, InputError, nowSeconds } from '@latchkey/protocol'
import type { CodeSecrets } from '../people/code-secrets.ts'

export interface PendingOwner {
  readonly sub: string
  readonly sid: string
}

export interface PendingSecrets {
  write(secret: Buffer, owner: PendingOwner): string
  /** Undefined for anything that was not written for this owner less than ten minutes ago. */
  read(text: string | undefined, owner: PendingOwner): Buffer | undefined
}

/** Enough to install an app. */
export const PENDING_SECONDS = 600

const SHAPE = /^(\d{1,12})\.([\w-]{1,256})$/

export function pendingSecrets(deps: {
  readonly secrets: Pick<CodeSecrets, 'seal' | 'open'>
  readonly clock: Clock
}): PendingSecrets {
  const owned = ({ sub, sid }: PendingOwner, until: string) => `pending ${sub} ${sid} ${until}`
  return {
    write: (secret, owner) => {
      const until = String(nowSeconds(deps.clock) + PENDING_SECONDS)
      return `${until}.${deps.secrets.seal(secret, owned(owner, until))}`
    },
    read: (text, owner) => {
      const [, until, sealed] = SHAPE.exec(text ?? '') ?? []
      if (until === undefined || sealed === undefined) return undefined
      if (nowSeconds(deps.clock) >= Number(until)) return undefined
      try {
        return deps.secrets.open(sealed, owned(owner, until))
      } catch (error) {
        // Somebody else's, or nobody's.
        if (error instanceof InputError) return undefined
        throw error
      }
    },
  }
}
