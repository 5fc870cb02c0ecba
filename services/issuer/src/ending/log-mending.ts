/** What was ended and is missing in the log, after a failover that lost writes for example: docs/architecture.md. */
import type { Audit, AuditRecord } from '@latchkey/directory'
import { type Clock, type FeedPosition, nowSeconds } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { LogTail } from '../feed/log-tail.ts'
import { type AuditedEnd, type AuditedPlace, readAuditedEnd } from './audited-end.ts'
import { entryExpiresAt } from './end.ts'

export interface LogMending {
  /** This process knows that no end is missing in these logs. They are known by their epochs. */
  isWhole(logs: readonly FeedPosition[]): boolean
  /**
   * Sees to it that recent ends stand in these logs; each log is mended by one process, and the others wait. True when it is done; what was
   * written stands behind `logs` then. @throws StoreUnavailable when it cannot be known
   */
  mend(logs: readonly FeedPosition[]): Promise<boolean>
}

export interface LogMendingDeps {
  readonly store: {
    readonly log: Pick<Store['log'], 'end'>
    readonly oneTime: Pick<Store['oneTime'], 'claim' | 'peek' | 'put'>
  }
  readonly audit: Pick<Audit, 'list' | 'append'>
  /** This process's copy of the logs, which has reached what `mend` is given. */
  readonly tail: Pick<LogTail, 'living'>
  readonly clock: Clock
  readonly warn: (facts: Record<string, unknown>, message: string) => void
}

/** What is older ends no living token any more. */
const RECENT_SECONDS = entryExpiresAt(0)
const RECORDS_AT_ONCE = 500
const ENDS_AT_ONCE = 100
/** A process that dies over it holds up the others for so long. */
const CLAIM_SECONDS = 10
/** A log outlives its mark; then somebody looks through the records once more. */
const MARK_SECONDS = 30 * 24 * 3600

export function logMending(deps: LogMendingDeps): LogMending {
  const { oneTime } = deps.store
  let whole: string | undefined

  return {
    isWhole: (logs) => whole === nameOf(logs),

    mend: async (logs) => {
      const name = nameOf(logs)
      const now = nowSeconds(deps.clock)
      const mark = await oneTime.peek('whole-log', name, now)
      const { ends, newestId } = await missingEnds(logs, mark, deps)
      if (ends.length > 0) {
        if (!(await oneTime.claim('mend-log', name, CLAIM_SECONDS, now))) return false
        await endAgain(ends, deps)
      }
      if (mark === undefined || ends.length > 0) {
        await oneTime.put('whole-log', name, `${newestId}`, MARK_SECONDS, now)
      }
      whole = name
      if (ends.length > 0) await report(ends.length, deps)
      return true
    },
  }
}

function nameOf(logs: readonly FeedPosition[]): string {
  return logs.map(({ p, epoch }) => `${p}:${epoch}`).join(' ')
}

/**
 * Recent ends that the logs do not hold, in the order in which they came about. The mark of a log is the newest record that was
 * seen to, so that of older ones only those of its own epochs matter: it may have lost its last ones while no process was there to notice.
 */
async function missingEnds(
  logs: readonly FeedPosition[],
  mark: string | undefined,
  deps: LogMendingDeps,
): Promise<{ ends: AuditedEnd[]; newestId: number }> {
  const isHere = placesHere(logs, deps.tail)
  // Of what was not confirmed nobody knows whether it was there. The caller has heard so, and after a loss it is done for certain.
  const isMissing = ({ places, epoch }: AuditedEnd) =>
    places.length === 0 ? mark === undefined : !places.every((place) => isHere(place, epoch))
  const epochs = new Set(logs.map(({ epoch }) => epoch))
  const seenTo = Number(mark ?? 0)
  const ends: AuditedEnd[] = []
  let newestId = seenTo
  for await (const page of recentRecords(deps)) {
    const before = ends.length
    for (const record of page) {
      newestId = Math.max(newestId, record.id)
      const end = readAuditedEnd(record)
      const concerns = end && (record.id > seenTo || epochs.has(end.epoch ?? 0))
      if (concerns && isMissing(end)) ends.push(end)
    }
    // Whole pages of a marked log that are here: those before them are, too, because each entry stands upon the one before.
    if (mark !== undefined && ends.length === before && (page.at(-1)?.id ?? 0) <= seenTo) break
  }
  return { ends: ends.reverse(), newestId }
}

/** Whether an entry of this epoch stands in the logs, or has stood there until its time was over. */
function placesHere(
  logs: readonly FeedPosition[],
  tail: LogMendingDeps['tail'],
): (place: AuditedPlace, epoch: number | undefined) => boolean {
  const nameOf = (partition: number, offset: number, digest: string) =>
    `${partition} ${offset} ${digest}`
  const living = new Set(logs.flatMap(({ p }) => tail.living(p).map(({ o, d }) => nameOf(p, o, d))))
  const trimmed = new Map(
    logs.map(({ p, epoch, offset }) => [p, { epoch, below: tail.living(p)[0]?.o ?? offset + 1 }]),
  )
  return ({ partition, offset, digest }, epoch) => {
    if (living.has(nameOf(partition, offset, digest))) return true
    const log = trimmed.get(partition)
    return log?.epoch === epoch && offset < (log?.below ?? 0)
  }
}

/** Newest first. Ids are in the order of commits, the seconds beside them are those of several clocks. */
async function* recentRecords({ audit, clock }: LogMendingDeps): AsyncIterable<AuditRecord[]> {
  const since = nowSeconds(clock) - RECENT_SECONDS
  let before: number | undefined
  for (;;) {
    const query = { action: 'end', limit: RECORDS_AT_ONCE, ...(before !== undefined && { before }) }
    const page = await audit.list(query)
    const recent = page.filter(({ at }) => at >= since)
    if (recent.length > 0) yield recent
    before = page.at(-1)?.id
    if (page.length < RECORDS_AT_ONCE || recent.length === 0) return
  }
}

async function endAgain(ends: readonly AuditedEnd[], deps: LogMendingDeps): Promise<void> {
  const { store, clock } = deps
  const now = nowSeconds(clock)
  for (let i = 0; i < ends.length; i += ENDS_AT_ONCE) {
    const some = ends.slice(i, i + ENDS_AT_ONCE)
    await Promise.all(
      some.map(({ target, reason }) => {
        const last = target.kind === 'token' ? target.exp : undefined
        const facts = { reason, now, entryExpiresAt: entryExpiresAt(now, last), always: true }
        return store.log.end(target, facts)
      }),
    )
  }
}

/** The ends have their records already; this one says why they stand in the log twice. */
async function report(ends: number, { audit, clock, warn }: LogMendingDeps): Promise<void> {
  warn({ ends }, 'the log lacked ends of the last minutes: they are in it again')
  const facts = { action: 'log.mend', target: 'log', reason: 'log_lost', detail: { ends } }
  await audit
    .append({ at: nowSeconds(clock), actor: { sub: 'issuer' }, ...facts })
    .catch((error: unknown) => warn({ err: error, ...facts }, 'mending not audited'))
}
