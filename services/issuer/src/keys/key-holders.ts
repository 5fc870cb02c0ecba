/** Which verifiers hold which keys, over all issuer processes. */
import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { PresenceStore } from '@latchkey/store'
import type { FeedHub } from '../feed/hub.ts'
import { type KeyHolder, presenceWindow } from './key-rules.ts'

export interface KeyHoldersDeps {
  readonly presence: Pick<PresenceStore, 'list'>
  readonly hub: Pick<FeedHub, 'members'>
  readonly clock: Clock
  readonly leaseMs: number
}

/** @throws StoreUnavailable when nobody can know */
export type KeyHolders = () => Promise<readonly KeyHolder[]>

export function keyHolders(deps: KeyHoldersDeps): KeyHolders {
  return async () => {
    const now = nowSeconds(deps.clock)
    const window = presenceWindow(deps.leaseMs)
    const reported = await deps.presence.list({ ...window, now })
    // Of its own verifiers this process knows more, and sooner.
    const own = deps.hub.members().map((member) => ({
      instance: member.instance,
      audience: member.connection.audience,
      clientId: member.clientId,
      kids: [...member.heldKids],
    }))
    // A verifier names itself: that of another client or service must not pass for this one.
    const nameOf = ({ instance, clientId, audience }: KeyHolder) =>
      [instance, clientId, audience].join(' ')
    const names = new Set(own.map(nameOf))
    return [...own, ...reported.filter((one) => !names.has(nameOf(one)))]
  }
}
