/** What an administrator does to keys: a rotation in peace, and an emergency. docs/architecture.md. */
import type { Directory, StoredKey, UntoldEnd } from '@latchkey/directory'
import {
  type Actor,
  type Clock,
  type EndReason,
  InputError,
  nowSeconds,
  type Scheduler,
} from '@latchkey/protocol'
import type { EndOutcome } from '@latchkey/store'
import { heldUntil } from '../ending/ending-change.ts'
import type { TellEnd } from '../ending/tell-end.ts'
import type { KeyDelivery } from './key-delivery.ts'
import type { KeyHolders } from './key-holders.ts'
import { unconfirmed } from './key-rules.ts'
import { findKey, type KnownKey, type KnownKeysDeps } from './known-keys.ts'
import type { KeyPairAlg, SigningKeyRing } from './signing-keys.ts'

export interface KeyChanges {
  /** Prepares a new key; the one that waits already when there is one (`isNew` false). Throws InputError. */
  rotate(
    target: { readonly service: string } | { readonly alg: KeyPairAlg },
    actor: Actor,
  ): Promise<{ kid: string; isNew: boolean }>
  /**
   * Emergency: nothing that this key has signed or will sign is accepted later than T from when this returns. Doing it again is
   * allowed, and completes what was interrupted. The reason is `key_compromised` unless given. Throws InputError `unknown-key`.
   */
  retire(kid: string, actor: Actor, reason?: EndReason): Promise<EndOutcome>
}

export interface KeyChangesDeps extends KnownKeysDeps {
  readonly directory: Directory
  readonly ring: Pick<SigningKeyRing, 'makeKey'>
  readonly delivery: Pick<KeyDelivery, 'look'>
  readonly holders: KeyHolders
  readonly tell: TellEnd
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: { warn(facts: Record<string, unknown>, message: string): void }
  readonly leaseMs: number
}

/** For so long an emergency waits until the successor is where it is needed; then it goes on without. */
const HANDOVER_MS = 1000
const ASK_AGAIN_MS = 25

export function keyChanges(deps: KeyChangesDeps): KeyChanges {
  const rotate: KeyChanges['rotate'] = async (target, actor) => {
    const outcome =
      'alg' in target
        ? await addPending(await deps.ring.makeKey(target.alg, 'pending'), actor, deps)
        : await prepare(target.service, actor, deps)
    await deps.delivery.look()
    return outcome
  }

  return {
    rotate,
    retire: async (kid, actor, reason = 'key_compromised') => {
      const key = await findKey(kid, deps)
      if (!key) throw unknownKey(kid)
      // First the successor, so that what it signs is accepted from its first token on.
      if (key.state === 'active') {
        await handOver(key, actor, rotate, deps).catch((error: unknown) =>
          // Too many keys, or a store that is away: an emergency goes on without.
          deps.log.warn({ err: error, kid }, 'no successor was handed out before'),
        )
      }
      const untold = await revoke(key, reason, actor, deps)
      await deps.delivery.look()
      return await deps.tell(untold)
    },
  }
}

async function prepare(
  audience: string,
  actor: Actor,
  deps: KeyChangesDeps,
): Promise<{ kid: string; isNew: boolean }> {
  const now = nowSeconds(deps.clock)
  return await deps.directory.transaction(async (inside) => {
    const service = await inside.services.find(audience)
    if (service && service.alg !== 'HS256') {
      throw new InputError('service-key-pairs', {
        received: `a service whose tokens are signed with ${service.alg}`,
        expected: `a rotation of ${service.alg}: its key pairs belong to the issuer`,
        where: 'service',
      })
    }
    const { generation, isNew } = await inside.serviceKeys.prepare(audience, now)
    const kid = deps.services.kidOf(audience, generation)
    if (isNew) await inside.audit.append(recordOf('key.rotate', kid, actor, now))
    return { kid, isNew }
  })
}

async function addPending(
  key: StoredKey,
  actor: Actor,
  deps: KeyChangesDeps,
): Promise<{ kid: string; isNew: boolean }> {
  return await deps.directory.transaction(async (inside) => {
    if (await inside.keys.addPending(key)) {
      await inside.audit.append(recordOf('key.rotate', key.kid, actor, key.createdAt))
      return { kid: key.kid, isNew: true }
    }
    const waiting = (await inside.keys.list()).find(
      ({ alg, state }) => alg === key.alg && state === 'pending',
    )
    return { kid: waiting?.kid ?? key.kid, isNew: false }
  })
}

/** Waits for the verifiers that are connected; the others get the new key when they come back. */
async function handOver(
  { kind, alg, audiences }: KnownKey,
  actor: Actor,
  rotate: KeyChanges['rotate'],
  deps: KeyChangesDeps,
): Promise<void> {
  const [audience = ''] = audiences
  const { kid } = await rotate(kind === 'service' ? { service: audience } : { alg }, actor)
  const until = deps.clock.monotonicMs() + HANDOVER_MS
  while (deps.clock.monotonicMs() < until) {
    const connected = (await deps.holders()).filter(
      (one) => one.goneAt === undefined && audiences.includes(one.audience),
    )
    const time = { now: nowSeconds(deps.clock), leaseMs: deps.leaseMs }
    if (unconfirmed(kid, connected, time).length === 0) return
    await new Promise<void>((resolve) => deps.scheduler.after(ASK_AGAIN_MS, resolve))
  }
}

async function revoke(
  key: KnownKey,
  reason: EndReason,
  actor: Actor,
  deps: KeyChangesDeps,
): Promise<UntoldEnd> {
  const now = nowSeconds(deps.clock)
  const spare = key.kind === 'pair' ? await deps.ring.makeKey(key.alg, 'active') : undefined
  return await deps.directory.transaction(async (inside) => {
    const isFirst = spare
      ? await inside.keys.revoke(key.kid, spare, now)
      : key.kind === 'service' &&
        (await inside.serviceKeys.revoke(key.audiences[0] ?? '', key.generation, now))
    if (isFirst) await inside.audit.append(recordOf('key.retire', key.kid, actor, now))
    const target = { kind: 'key', kid: key.kid } as const
    const [untold] = await inside.untoldEnds.note(
      [{ target, reason, actor }],
      heldUntil(deps.clock),
    )
    return untold as UntoldEnd
  })
}

function recordOf(action: string, kid: string, actor: Actor, at: number) {
  return { at, actor, action, target: `key ${kid}`, reason: 'admin', detail: {} }
}

function unknownKey(kid: string): InputError {
  const received = JSON.stringify(kid.slice(0, 80))
  return new InputError('unknown-key', { received, expected: 'the kid of a key' })
}
