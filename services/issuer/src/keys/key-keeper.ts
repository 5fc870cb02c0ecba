/** Leads keys through their lives: docs/architecture.md. Every issuer process has one, and the first that moves a key moves it. */
import type { Directory } from '@latchkey/directory'
import { type Clock, nowSeconds, type Scheduler } from '@latchkey/protocol'
import type { KeyDelivery } from './key-delivery.ts'
import type { KeyHolders } from './key-holders.ts'
import { knownAt, pendingMs, retireAt, unconfirmed } from './key-rules.ts'
import { type KnownKey, type KnownKeysDeps, livingKeys } from './known-keys.ts'

export interface KeyKeeper {
  /** One look, and every move that is due. */
  look(): Promise<void>
  start(): void
  stop(): void
}

export interface KeyKeeperDeps extends KnownKeysDeps {
  readonly directory: Directory
  readonly delivery: Pick<KeyDelivery, 'look'>
  readonly holders: KeyHolders
  /** How long others may remember `/jwks`. */
  readonly jwksCacheSeconds: number
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly leaseMs: number
  readonly log: {
    info(facts: Record<string, unknown>, message: string): void
    warn(facts: Record<string, unknown>, message: string): void
  }
}

export function keyKeeper(deps: KeyKeeperDeps): KeyKeeper {
  const { clock, leaseMs } = deps
  /** Since when this process knows a pending key: clocks of other hosts do not count here. */
  let pendingSinceMs = new Map<string, number>()
  let cancel = () => {}
  let looking: Promise<void> | undefined

  async function lookOnce(): Promise<void> {
    // Given out before it is asked who holds what: then a move waits for one look less.
    if (!(await deps.delivery.look())) return
    const keys = await livingKeys(deps)
    const pending = keys.filter(({ state }) => state === 'pending')
    const nowMs = clock.monotonicMs()
    pendingSinceMs = new Map(pending.map(({ kid }) => [kid, pendingSinceMs.get(kid) ?? nowMs]))
    const due = keys.filter(
      ({ state, since }) => state === 'retiring' && nowSeconds(clock) >= retireAt(since, leaseMs),
    )
    const ready = await readyToSign(pending)
    const moved = await Promise.all([
      ...ready.map((key) => move(key, 'promote', deps)),
      ...due.map((key) => move(key, 'retire', deps)),
    ])
    if (moved.includes(true)) await deps.delivery.look()
  }

  async function readyToSign(pending: readonly KnownKey[]): Promise<KnownKey[]> {
    const nowMs = clock.monotonicMs()
    const now = nowSeconds(clock)
    const old = pending.filter(({ kid, kind, since }) => {
      if (nowMs - (pendingSinceMs.get(kid) ?? nowMs) < pendingMs(leaseMs)) return false
      return kind === 'service' || now >= knownAt(since, deps.jwksCacheSeconds)
    })
    if (old.length === 0) return []
    const holders = await deps.holders()
    return old.filter(({ kid, audiences }) => {
      const concerned = holders.filter(({ audience }) => audiences.includes(audience))
      return unconfirmed(kid, concerned, { now, leaseMs }).length === 0
    })
  }

  const look = () => {
    looking ??= lookOnce()
      .catch((error: unknown) => deps.log.warn({ err: error }, 'keys not looked after'))
      .finally(() => {
        looking = undefined
      })
    return looking
  }

  function arm(): void {
    cancel = deps.scheduler.after(leaseMs / 5, () => {
      arm()
      void look()
    })
  }

  return { look, start: arm, stop: () => cancel() }
}

/** The move and its audit record, or neither. False when another process was first. */
async function move(
  key: KnownKey,
  action: 'promote' | 'retire',
  { directory, clock, log }: KeyKeeperDeps,
): Promise<boolean> {
  const now = nowSeconds(clock)
  const target = `key ${key.kid}`
  const isMoved = await directory.transaction(async (inside) => {
    const first =
      key.kind === 'pair'
        ? await inside.keys[action](key.kid, now)
        : await inside.serviceKeys[action](key.audiences[0] ?? '', key.generation, now)
    if (!first) return false
    const facts = { at: now, actor: { sub: 'issuer' }, target, reason: 'rotation', detail: {} }
    await inside.audit.append({ action: `key.${action}`, ...facts })
    return true
  })
  if (isMoved) log.info({ kid: key.kid }, action === 'promote' ? 'key signs now' : 'key retired')
  return isMoved
}
