/** Keeps every verifier of this process in possession of the keys of its service: docs/architecture.md. */
import type { Services, StoredService } from '@latchkey/directory'
import type { Clock, FeedKey } from '@latchkey/protocol'
import type { LeaseClock } from '../feed/lease-clock.ts'
import type { LogTail } from '../feed/log-tail.ts'
import type { Member } from '../feed/member.ts'
import type { SigningKeyRing } from './signing-keys.ts'

export interface KeyDelivery {
  /** Reads the keys that were there when it was called, and gives them to whoever has others. False: SQL is away. */
  look(): Promise<boolean>
  /** The last look was begun less than T ago, whether or not SQL answered. */
  isRecent(): boolean
  /** Looks whenever a key was ended. Returns the function that stops it. */
  follow(): () => void
}

export interface KeyDeliveryDeps {
  readonly services: Pick<Services, 'list'>
  readonly ring: Pick<SigningKeyRing, 'reload'>
  readonly feedKeys: (service: StoredService) => readonly FeedKey[]
  /** The verifiers of this process. */
  readonly members: () => readonly Member[]
  readonly tail: Pick<LogTail, 'listen'>
  readonly clock: Clock
  readonly leaseMs: number
  readonly warn: (facts: Record<string, unknown>, message: string) => void
}

export function keyDelivery(deps: KeyDeliveryDeps): KeyDelivery {
  const { clock } = deps
  let begunAt = { monotonicMs: Number.NEGATIVE_INFINITY, nowMs: Number.NEGATIVE_INFINITY }
  let running: Promise<boolean> | undefined
  let next: Promise<boolean> | undefined
  let failing = false

  async function lookOnce(): Promise<boolean> {
    begunAt = { monotonicMs: clock.monotonicMs(), nowMs: clock.nowMs() }
    try {
      await deps.ring.reload()
      give(await deps.services.list(), deps)
      failing = false
      return true
    } catch (error) {
      if (!failing) deps.warn({ err: error }, 'keys not read: verifiers keep those that they have')
      failing = true
      return false
    }
  }

  function start(): Promise<boolean> {
    running = lookOnce().finally(() => {
      running = undefined
    })
    return running
  }

  /** One that is under way may have read before this call: then one more follows, shared by all who ask meanwhile. */
  function look(): Promise<boolean> {
    if (!running) return start()
    next ??= running.then(() => {
      next = undefined
      return start()
    })
    return next
  }

  return {
    look,
    isRecent: () => {
      // The monotonic clock stands still while the host sleeps.
      const sinceMs = Math.max(
        clock.monotonicMs() - begunAt.monotonicMs,
        clock.nowMs() - begunAt.nowMs,
      )
      return sinceMs < deps.leaseMs
    },
    follow: () =>
      deps.tail.listen({
        appended: (_epoch, entries) => {
          if (entries.some(({ k }) => k === 'key')) void look()
        },
        reset: () => void look(),
      }),
  }
}

/**
 * Leases are for verifiers that were given the keys of now. A process that slept would otherwise let one go on without the
 * key that signs by then. Beating the heart looks at the keys, too. While SQL is away they cannot be read, and leases go
 * on (docs/threat-model.md).
 */
export function leaseWithKeys(
  lease: Pick<LeaseClock, 'confirmed' | 'beat'>,
  delivery: Pick<KeyDelivery, 'look' | 'isRecent'>,
): Pick<LeaseClock, 'confirmed' | 'beat'> {
  return {
    confirmed: () => (delivery.isRecent() ? lease.confirmed() : undefined),
    beat: async () => {
      const [isConfirmed] = await Promise.all([lease.beat(), delivery.look()])
      return isConfirmed
    },
  }
}

function give(
  services: readonly StoredService[],
  deps: Pick<KeyDeliveryDeps, 'members' | 'feedKeys'>,
): void {
  const byAudience = new Map(services.map((service) => [service.audience, service]))
  const keys = new Map<string, readonly FeedKey[]>()
  for (const member of deps.members()) {
    const { audience } = member.connection
    const service = byAudience.get(audience)
    if (!service) continue
    const known = keys.get(audience) ?? deps.feedKeys(service)
    keys.set(audience, known)
    member.giveKeys(known)
  }
}
