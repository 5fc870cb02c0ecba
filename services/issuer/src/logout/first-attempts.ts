import { setTimeout } from 'node:timers/promises'
import type { Delivery, OutboxStore } from '@latchkey/store'

/** Together a second: nobody waits longer for apps that are slow. Apps that are quick answer before the second look. */
const PAUSES_MS = [10, 20, 40, 80, 160, 320, 370]

/** What is known of the deliveries of a session once each was attempted, by whatever process, or a second later. */
export async function firstAttempts(
  sid: string,
  outbox: Pick<OutboxStore, 'ofSession'>,
): Promise<readonly Delivery[]> {
  for (const pauseMs of PAUSES_MS) {
    const deliveries = await outbox.ofSession(sid)
    if (deliveries.every(({ state, attempts }) => state !== 'waiting' || attempts > 0)) {
      return deliveries
    }
    await setTimeout(pauseMs)
  }
  return await outbox.ofSession(sid)
}
