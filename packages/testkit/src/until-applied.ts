import { setImmediate } from 'node:timers/promises'
import type { Issuer } from '@latchkey/issuer'
import type { LogEntry } from '@latchkey/protocol'

const GIVE_UP_MS = 5000

/** Resolves when every connected verifier has acknowledged these entries: nothing to wait for by the clock afterwards. */
export async function untilApplied(
  entries: readonly LogEntry[],
  issuer: Pick<Issuer, 'verifiers'>,
): Promise<void> {
  const from = performance.now()
  const late = () =>
    issuer
      .verifiers()
      .filter(({ acked }) =>
        entries.some(
          ({ p, o }) => !acked.some(({ partition, offset }) => partition === p && offset >= o),
        ),
      )
  while (late().length > 0) {
    if (performance.now() - from > GIVE_UP_MS) {
      const names = late().map(({ audience }) => audience)
      throw new Error(`not applied after ${GIVE_UP_MS} ms by ${names.join(', ')}`)
    }
    await setImmediate()
  }
}
