/** Status list tokens: Token Status List, sections 4.1 and 5.1. */
import { setImmediate } from 'node:timers/promises'
import { deflateSync } from 'node:zlib'
import { type Clock, nowSeconds, TYP } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import { signJwt } from '@latchkey/tokens'
import type { LocalRevocations } from '../feed/local-revocations.ts'
import type { LogTail } from '../feed/log-tail.ts'
import type { SigningKeyRing } from '../keys/signing-keys.ts'
import { STATUS_LIST_PLACES } from './status-list-limits.ts'
import { type KeptToken, statusListAddress } from './status-places.ts'

export interface StatusListToken {
  readonly token: string
  /** Second until which it may be given out. */
  readonly freshUntil: number
}

/** The list as it is now. @throws StoreUnavailable when this process cannot know what has ended */
export type StatusListTokens = (list: number) => Promise<StatusListToken>

export interface StatusListTokenDeps {
  readonly issuer: string
  readonly statusLists: Pick<Store['statusLists'], 'read'>
  readonly revocations: Pick<LocalRevocations, 'check' | 'requireFresh'>
  readonly tail: Pick<LogTail, 'poke'>
  readonly ring: Pick<SigningKeyRing, 'activeKey'>
  readonly clock: Clock
  readonly leaseMs: number
}

/** Judged in one turn of the loop: below a millisecond. */
const JUDGED_AT_ONCE = 500

/** One list is made at a time and serves all who ask for it, for the time of a lease. */
export function statusListTokens(deps: StatusListTokenDeps): StatusListTokens {
  const kept = new Map<number, Promise<StatusListToken>>()
  return async (list) => {
    const known = kept.get(list)
    const now = nowSeconds(deps.clock)
    if (known !== undefined && (await known).freshUntil > now) return await known
    // Somebody else may have begun while this one waited.
    const current = kept.get(list)
    if (current !== undefined && current !== known) return await current
    const making = makeToken(list, deps)
    kept.set(list, making)
    making.catch(() => kept.delete(list))
    return await making
  }
}

async function makeToken(list: number, deps: StatusListTokenDeps): Promise<StatusListToken> {
  const ttl = Math.max(1, Math.floor(deps.leaseMs / 1000))
  const now = nowSeconds(deps.clock)
  await deps.revocations.requireFresh()
  // What was appended before this moment counts.
  await deps.tail.poke()
  const bits = await statusBits(list, now, deps)
  const token = signJwt(deps.ring.activeKey('RS256'), TYP.statusList, {
    sub: statusListAddress(deps.issuer, list),
    iat: now,
    // Who asks at the end of its time here keeps it for that time once more.
    exp: now + 2 * ttl,
    ttl,
    status_list: { bits: 1, lst: deflateSync(bits, { level: 9 }).toString('base64url') },
  })
  return { token, freshUntil: now + ttl }
}

/** 1 is INVALID (section 7). The least significant bit of a byte comes first (section 4.1). Free places are 0. */
async function statusBits(
  list: number,
  now: number,
  { statusLists, revocations }: StatusListTokenDeps,
): Promise<Uint8Array> {
  const bits = new Uint8Array(STATUS_LIST_PLACES / 8)
  let judged = 0
  for (const { index, facts } of await statusLists.read(list, now)) {
    const { claims, kid }: KeptToken = JSON.parse(facts)
    const ended = await revocations.check(claims, kid)
    if (ended !== undefined) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7))
    if (++judged % JUDGED_AT_ONCE === 0) await setImmediate()
  }
  return bits
}
