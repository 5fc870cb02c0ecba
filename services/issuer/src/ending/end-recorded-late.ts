import { readAuditedEnd } from './audited-end.ts'
import { type EndAgainDeps, type EndDeps, endAgain, entryTimes } from './end.ts'
import type { EndRecord } from './end-record.ts'

export interface EndRecordedLateDeps extends EndAgainDeps, Pick<EndDeps, 'clock'> {
  /** Reads the log on. */
  readonly poke: () => Promise<void>
}

/**
 * What was ended while SQL was away has its record now. A log that was lost, and put right from the records, before that lacks the
 * end: it is ended again. One that is lost from here on is put right with it.
 */
export function endRecordedLate(deps: EndRecordedLateDeps): (record: EndRecord) => Promise<void> {
  return async (record) => {
    const ended = readAuditedEnd(record)
    const [place] = ended?.places ?? []
    if (ended?.epoch === undefined || place === undefined) return
    await deps.poke()
    const facts = entryTimes(ended.target, ended.reason, deps.clock)
    await endAgain(ended.target, facts, { partition: place.partition, epoch: ended.epoch }, deps)
  }
}
