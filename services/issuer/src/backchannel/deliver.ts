import { type Clock, nowSeconds, type Random } from '@latchkey/protocol'
import type { Delivery, OutboxStore } from '@latchkey/store'
import { NO_ADDRESS, type TellAppDeps, type Told, tellApp } from './tell-app.ts'

export interface DeliverDeps extends TellAppDeps {
  readonly outbox: Pick<OutboxStore, 'settle'>
  readonly clock: Clock
  readonly random: Random
  readonly log: {
    info(facts: Record<string, unknown>, message: string): void
    warn(facts: Record<string, unknown>, message: string): void
  }
}

/** An app that hangs is left alone so long; otherwise it alone could keep every place busy that there is. */
const PAUSE_AFTER_TIMEOUT_MS = 5000
const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 60_000

/** 0.5 s after the first attempt, then 1, 2, 4 … 60 s, each up to a quarter longer: apps that come back are not stormed. */
export function retryDelayMs(attempts: number, random: Random): number {
  const delayMs = Math.min(FIRST_RETRY_MS * 2 ** attempts, LAST_RETRY_MS)
  return Math.round(delayMs * (1 + random.bytes(1).readUInt8() / 255 / 4))
}

/** Makes one attempt and notes in the outbox how it went. Resolves with the milliseconds until the next one, if there is one. */
export function deliverer(deps: DeliverDeps): (delivery: Delivery) => Promise<number | undefined> {
  const { clock, log, outbox } = deps
  const pausedUntilMs = new Map<string, number>()

  async function tell(delivery: Delivery): Promise<Told> {
    const { clientId } = delivery
    // It did not answer a moment ago, to another delivery: nothing is asked of it, and this attempt has failed as well.
    const isPaused = clock.monotonicMs() < (pausedUntilMs.get(clientId) ?? 0)
    if (isPaused) return { kind: 'retry', outcome: 'timeout' }
    pausedUntilMs.delete(clientId)
    const told = await tellApp(delivery, deps)
    if (told.outcome === 'timeout') {
      pausedUntilMs.set(clientId, clock.monotonicMs() + PAUSE_AFTER_TIMEOUT_MS)
    }
    return told
  }

  return async (delivery) => {
    const { id, clientId, sid, attempts } = delivery
    const told = await tell(delivery)
    const facts = { client: clientId, sid, attempts: attempts + 1, outcome: told.outcome }
    if (told.kind === 'retry') {
      const delayMs = retryDelayMs(attempts, deps.random)
      const nextAt = Math.floor((clock.nowMs() + delayMs) / 1000)
      await outbox.settle(id, { ...told, nextAt }, nowSeconds(clock))
      log.warn({ ...facts, retryInMs: delayMs }, 'app not told of the end yet')
      return delayMs
    }
    await outbox.settle(id, told, nowSeconds(clock))
    if (told.kind === 'delivered') log.info(facts, 'app told of the end')
    else if (told.outcome !== NO_ADDRESS) log.warn(facts, 'app refuses to hear of the end')
    return undefined
  }
}
