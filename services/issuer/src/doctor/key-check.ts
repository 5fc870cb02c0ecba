import { type Clock, nowSeconds } from '@latchkey/protocol'
import { retireAt } from '../keys/key-rules.ts'
import { type KnownKey, type KnownKeysDeps, livingKeys } from '../keys/known-keys.ts'
import { type Examined, type Finding, finding } from './finding.ts'

export interface KeyCheckDeps extends KnownKeysDeps {
  readonly clock: Clock
  readonly leaseMs: number
}

const HOUR = 3600
const DAY = 24 * HOUR
/** Verifiers get a new key within seconds, and caches of `/jwks` within minutes. */
const STUCK_SECONDS = HOUR
/** Nothing forces a rotation; a key that nobody has ever replaced is one that nobody knows how to replace. */
const OLD_DAYS = 365

/** Keys that do not get on, and keys that nobody has replaced for a year. */
export async function examineKeys(deps: KeyCheckDeps): Promise<Examined> {
  const keys = await livingKeys(deps)
  const now = nowSeconds(deps.clock)
  const findings = keys.flatMap((key) => faultOf(key, now, deps.leaseMs) ?? [])
  return { facts: { keys: keys.length }, findings }
}

function faultOf(key: KnownKey, now: number, leaseMs: number): Finding | undefined {
  const { kid, state, since, audiences } = key
  const facts = { kid, services: audiences.join(', ') || '-' }
  const age = now - since
  const hours = Math.floor(age / HOUR)
  const days = Math.floor(age / DAY)
  switch (state) {
    case 'pending':
      return age > STUCK_SECONDS ? finding('key-pending', { ...facts, hours }) : undefined
    case 'retiring': {
      const isOver = now > retireAt(since, leaseMs) + STUCK_SECONDS
      return isOver ? finding('key-retiring', { ...facts, hours }) : undefined
    }
    case 'active':
      return days > OLD_DAYS ? finding('key-old', { ...facts, days }) : undefined
    case 'retired':
      return undefined
  }
}
