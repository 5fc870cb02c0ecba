import type { EndReason } from '@latchkey/protocol'
import type { AdminTarget } from './admin-target.ts'
import type { Receipt } from './receipt-tracker.ts'

/** What the admin API tells of an end, and keeps for a day: docs/protocol/receipts.md. Times are ISO 8601. */
export interface Operation {
  readonly id: string
  readonly target: AdminTarget
  readonly reason: EndReason
  /** `interrupted`: the store or the process failed on the way. What was ended stays ended; it can be asked for again. */
  readonly state: 'running' | 'done' | 'interrupted'
  readonly asked_at: string
  /** False when there was nothing left to end. */
  readonly ended: boolean
  /** Of a session: false when the store did not know it, so that only tokens of it can have been ended. */
  readonly known?: boolean
  readonly epoch: number
  readonly entries: readonly { partition: number; offset: number; kind: string }[]
  /** From then on no service accepts it any more; absent while a scan is under way. */
  readonly closed_by?: string
  /** Of a scan: sessions ended so far, and how many there were, where the count was complete. */
  readonly done?: number
  readonly total?: number
  readonly verifiers: readonly VerifierLine[]
  readonly counts: Readonly<Record<Receipt['state'], number>>
  /** False when the store could not tell which verifiers other processes have. */
  readonly complete: boolean
}

export interface VerifierLine {
  readonly instance: string
  readonly audience: string
  readonly state: Receipt['state']
  readonly after_ms?: number
  readonly closed_by?: string
}

export const NO_RECEIPTS = {
  verifiers: [],
  counts: { applied: 0, waiting: 0, offline: 0 },
  complete: true,
} as const

/** So many lines fit a document of the store; those that have not confirmed come first, and `counts` counts all. */
const MOST_LINES = 1000

export function receiptLines(
  receipts: readonly Receipt[],
  closedBy: string,
): Pick<Operation, 'verifiers' | 'counts'> {
  const counts = { applied: 0, waiting: 0, offline: 0 }
  for (const { state } of receipts) counts[state] += 1
  const open = receipts.filter(({ state }) => state !== 'applied')
  const applied = receipts.filter(({ state }) => state === 'applied')
  const verifiers = [...open, ...applied]
    .slice(0, MOST_LINES)
    .map(({ instance, audience, state, afterMs }) => ({
      instance,
      audience,
      state,
      ...(afterMs === undefined
        ? { closed_by: closedBy }
        : { after_ms: Math.round(afterMs * 10) / 10 }),
    }))
  return { verifiers, counts }
}
