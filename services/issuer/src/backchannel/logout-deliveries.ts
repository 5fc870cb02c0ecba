/**
 * Back-channel logout with stored delivery. Who is to be told stands in the store's outbox from the step on that ended the session;
 * each issuer process has one of these workers, which takes what is due and posts it. A process that dies loses nothing:
 * what it had taken comes back to another when its time is over. Nobody waits for it.
 */
import { nowSeconds } from '@latchkey/protocol'
import type { Delivery, OutboxStore } from '@latchkey/store'
import { type Alarm, alarm } from './alarm.ts'
import { type DeliverDeps, deliverer } from './deliver.ts'

export interface LogoutDeliveries {
  /** Looks from now on, first at what others left behind. */
  start(): void
  /** Something may be due: looks now. */
  poke(): void
  /** Takes nothing more; resolves when what is under way has been answered. */
  stop(): Promise<void>
}

export interface LogoutDeliveriesDeps extends DeliverDeps {
  readonly outbox: Pick<OutboxStore, 'claim' | 'settle'>
}

/** A look at the store this often finds what a process left behind that died. */
const LOOK_EVERY_MS = 5000
/** Twice as long as an attempt may take. */
const CLAIM_SECONDS = 10
const MOST_AT_ONCE = 64

export function logoutDeliveries(deps: LogoutDeliveriesDeps): LogoutDeliveries {
  const { clock, log, outbox } = deps
  const deliver = deliverer(deps)
  const underWay = new Set<Promise<void>>()
  const wake: Alarm = alarm(poke)
  let stopped = true
  let looking: Promise<void> | undefined
  let lookAgain = false
  let failing = false

  function poke(): void {
    lookAgain = true
    if (stopped || looking !== undefined) return
    looking = look().finally(() => {
      looking = undefined
      if (lookAgain) poke()
      else wake.in(LOOK_EVERY_MS)
    })
  }

  async function look(): Promise<void> {
    lookAgain = false
    const free = MOST_AT_ONCE - underWay.size
    // Who finishes next looks again.
    if (free === 0) return
    try {
      const due = await outbox.claim(free, CLAIM_SECONDS, nowSeconds(clock))
      failing = false
      if (stopped) return
      for (const delivery of due) begin(delivery)
      if (due.length === free) lookAgain = true
    } catch (error) {
      if (!failing) log.warn({ err: error }, 'outbox not read')
      failing = true
    }
  }

  function begin(delivery: Delivery): void {
    const attempt = deliver(delivery)
      .then((delayMs) => {
        if (delayMs !== undefined) wake.in(delayMs)
      })
      .catch((error: unknown) => {
        // It stays taken until its time is over, and is then given out again.
        log.warn(
          { err: error, client: delivery.clientId, sid: delivery.sid },
          'delivery not settled',
        )
      })
      .finally(() => {
        const wasFull = underWay.size === MOST_AT_ONCE
        underWay.delete(attempt)
        if (wasFull) poke()
      })
    underWay.add(attempt)
  }

  return {
    start: () => {
      stopped = false
      poke()
    },
    poke,
    stop: async () => {
      stopped = true
      wake.stop()
      await looking
      await Promise.all(underWay)
    },
  }
}
