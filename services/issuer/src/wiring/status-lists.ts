import type { Clock } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { StatusListDeps } from '../endpoints/status-list.ts'
import type { Settings } from '../settings/settings.ts'
import { statusListTokens } from '../status-lists/status-list-tokens.ts'
import type { Feeding } from './feed.ts'
import type { Keys } from './keys.ts'

/** Status lists are judged by what this process's own checks are judged by. */
export function statusListParts(
  deps: {
    readonly settings: Pick<Settings, 'issuer' | 'feed'>
    readonly store: Pick<Store, 'statusLists' | 'partitions'>
    readonly clock: Clock
  },
  { ring }: Pick<Keys, 'ring'>,
  { tail, revocations }: Pick<Feeding, 'tail' | 'revocations'>,
): StatusListDeps {
  const { settings, store, clock } = deps
  const { leaseMs } = settings.feed
  const { issuer } = settings
  const { statusLists, partitions } = store
  const parts = { issuer, statusLists, revocations, tail, ring, clock, leaseMs }
  return { statusListToken: statusListTokens(parts), partitions, clock }
}
