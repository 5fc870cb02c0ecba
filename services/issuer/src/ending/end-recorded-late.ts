import { readAuditedEnd } from './audited-end.ts'
import { type EndDeps, entryTimes } from './end.ts'
import type { EndRecord } from './end-record.ts'

export interface EndRecordedLateDeps extends Pick<EndDeps, 'clock' | 'epochNow' | 'published'> {
  readonly store: { readonly log: Pick<EndDeps['store']['log'], 'end'> }
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
    if (deps.epochNow(place.partition) <= ended.epoch) return
    const facts = entryTimes(ended.target, ended.reason, deps.clock)
    await deps.published(await deps.store.log.end(ended.target, { ...facts, always: true }))
  }
}
