import type { Audit } from '@latchkey/directory'
import { type Scheduler, StoreUnavailable } from '@latchkey/protocol'
import { currentRequest, outsideRequests } from '../audit/request-scope.ts'

type AuditRecord = Parameters<Audit['append']>[0]

/**
 * An end stands also while SQL is away, and its record is written when SQL is back. Until then it is in the memory of this process, and in
 * its log.
 */
export interface KeptRecords extends Pick<Audit, 'append'> {
  /** What is left is not written any more. */
  stop(): void
}

export interface KeptRecordsDeps {
  readonly audit: Pick<Audit, 'append'>
  /** Hears of each record that was written late. */
  readonly late: (record: AuditRecord) => Promise<void>
  readonly scheduler: Scheduler
  readonly log: { error(facts: Record<string, unknown>, message: string): void }
}

const PAUSE_MS = 1000
/** A record has a few hundred bytes. */
const MOST_KEPT = 10_000

export function keptRecords({ audit, late, scheduler, log }: KeptRecordsDeps): KeptRecords {
  const kept: AuditRecord[] = []
  let callOff: (() => void) | undefined

  async function writeAll(): Promise<void> {
    for (let first = kept[0]; first; first = kept[0]) {
      await audit.append(first)
      await late(first).catch((error: unknown) =>
        log.error({ err: error, ...first }, 'an end recorded late may be missing in the log'),
      )
      kept.shift()
    }
  }

  function again(): void {
    callOff = outsideRequests(() => scheduler.after(PAUSE_MS, tryAgain))
  }

  function tryAgain(): void {
    callOff = undefined
    writeAll().catch((error: unknown) => {
      // One that is refused for itself would keep the others waiting for ever.
      if (!(error instanceof StoreUnavailable)) {
        log.error({ err: error, ...kept.shift() }, 'end not audited')
      }
      // With nothing left, whoever keeps the next one begins again: two at a time would each take away what the other has not written.
      if (kept.length > 0) again()
    })
  }

  return {
    append: async (record) => {
      try {
        await audit.append(record)
      } catch (error) {
        if (!(error instanceof StoreUnavailable) || kept.length >= MOST_KEPT) throw error
        log.error({ err: error, ...record }, 'end not audited yet')
        // Whose request it was is known now, and not when it is written.
        kept.push({ ...record, actor: { ...currentRequest(), ...record.actor } })
        if (kept.length === 1) again()
      }
    },
    stop: () => {
      callOff?.()
      for (const record of kept.splice(0)) log.error({ ...record }, 'end not audited')
    },
  }
}
