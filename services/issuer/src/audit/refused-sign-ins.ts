/**
 * Refused sign-ins in the audit log, counted together: whoever guesses must not be able to fill the disk, and what strangers type as a user
 * name, which may be a password, is never written down.
 */
import { type Audit, type Users, usernameKey } from '@latchkey/directory'
import { type Clock, nowSeconds, type Scheduler } from '@latchkey/protocol'
import { networkOf } from '../people/network-of.ts'

export interface RefusedSignIn {
  readonly username: string
  readonly address: string
  /** `wrong`, `throttled` and so on: for the operator. */
  readonly why: string
}

export interface RefusedSignIns {
  /** Must not throw, and nobody waits for it. */
  note(refused: RefusedSignIn): void
  /** Writes down what has been counted. */
  stop(): Promise<void>
}

export interface RefusedSignInsDeps {
  readonly users: Pick<Users, 'findByUsername'>
  readonly audit: Pick<Audit, 'append'>
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly log: { error(facts: Record<string, unknown>, message: string): void }
}

/** One record for each account and network in a minute, at most so many; the rest together makes one more. */
const WINDOW_MS = 60_000
const MOST_TALLIES = 20

interface Tally {
  readonly username: string | undefined
  readonly address: string | undefined
  readonly firstAt: number
  lastAt: number
  count: number
  readonly why: Set<string>
}

export function refusedSignIns(deps: RefusedSignInsDeps): RefusedSignIns {
  let tallies = new Map<string, Tally>()
  let callOff = () => {}

  async function write(): Promise<void> {
    callOff()
    const counted = [...tallies.values()]
    tallies = new Map()
    for (const tally of counted) {
      try {
        await append(tally, deps)
      } catch (err) {
        deps.log.error({ err, count: tally.count }, 'refused sign-ins not audited')
      }
    }
  }

  return {
    note: ({ username, address, why }) => {
      const now = nowSeconds(deps.clock)
      if (tallies.size === 0) callOff = deps.scheduler.after(WINDOW_MS, () => void write())
      const key = `${networkOf(address)} ${usernameKey(username) ?? ''}`
      const isOneMore = tallies.size >= MOST_TALLIES && !tallies.has(key)
      const place = isOneMore ? 'others' : key
      const whose = isOneMore ? { username: undefined, address: undefined } : { username, address }
      const tally = tallies.get(place) ?? {
        ...whose,
        firstAt: now,
        lastAt: now,
        count: 0,
        why: new Set<string>(),
      }
      tally.count += 1
      tally.lastAt = now
      tally.why.add(why)
      tallies.set(place, tally)
    },
    stop: write,
  }
}

async function append(tally: Tally, { users, audit, clock }: RefusedSignInsDeps): Promise<void> {
  const { username, address, count, firstAt, lastAt, why } = tally
  const user = username === undefined ? undefined : await users.findByUsername(username)
  const target = username === undefined ? 'users' : user ? `user ${user.sub}` : 'unknown user'
  await audit.append({
    at: nowSeconds(clock),
    actor: { sub: 'anonymous', ...(address !== undefined && { address }) },
    ...{ action: 'sign_in.refuse', target, reason: 'credentials' },
    detail: { count, first_at: firstAt, last_at: lastAt, why: [...why].toSorted() },
  })
}
