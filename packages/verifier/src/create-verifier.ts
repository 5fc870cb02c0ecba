import { type Feed, feedClient } from '@latchkey/feed'
import { type Scheduler, systemScheduler } from '@latchkey/protocol'
import { checkOptions } from './check-options.ts'
import type { Verifier, VerifierOptions } from './verifier.ts'
import { verifierFrom } from './verifier-from.ts'
import { VerifierNotReady } from './verifier-not-ready.ts'

const START_TIMEOUT_MS = 10_000

/**
 * Connects to the issuer and resolves when keys, revocation entries and the first lease are there.
 * Rejects with `InputError` for options that cannot work, and with `VerifierNotReady` when there is no lease in time.
 */
export async function createVerifier(options: VerifierOptions): Promise<Verifier> {
  const { issuer, issuerAddress = issuer, startTimeoutMs = START_TIMEOUT_MS } = options
  const { scheduler = systemScheduler } = options
  checkOptions(options)
  const feed = feedClient({ ...options, issuerAddress })
  const verifier = verifierFrom({ ...options, feed })
  if (await firstLease(feed, scheduler, startTimeoutMs)) return verifier
  const lastFailure = feed.status().lastFailure ?? 'it was reached, but granted none'
  await verifier.close()
  throw new VerifierNotReady({
    ...{ address: issuerAddress, service: options.service },
    ...{ waitedMs: startTimeoutMs, lastFailure },
  })
}

/** True when the first lease has come, false when the time was up before. */
function firstLease(feed: Feed, scheduler: Scheduler, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (ready: boolean) => {
      cancel()
      unsubscribe()
      resolve(ready)
    }
    const cancel = scheduler.after(timeoutMs, () => settle(false))
    const unsubscribe = feed.subscribe({ leased: () => settle(true) })
  })
}
