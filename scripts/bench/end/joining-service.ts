/** A service that starts, as a program: from opening the feed until its verifier may decide. */
import { feedClient } from '@latchkey/feed'
import { answer } from '../child.ts'
import { AUDIENCE, CLIENT } from './issuer-settings.ts'

export interface JoinQuestion {
  readonly issuerAddress: string
  readonly clientSecret: string
  readonly entries: number
}

answer<JoinQuestion>(async ({ issuerAddress, clientSecret, entries }) => {
  const begun = performance.now()
  const feed = feedClient({
    issuerAddress,
    service: AUDIENCE,
    credentials: { clientId: CLIENT, clientSecret },
  })
  await new Promise<void>((resolve) => {
    feed.subscribe({ leased: resolve })
  })
  const tookMs = performance.now() - begun
  if (feed.replica.size() !== entries)
    throw new Error(`${feed.replica.size()} entries have arrived`)
  await feed.close()
  return tookMs
})
