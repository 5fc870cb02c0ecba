import type { Directory, UntoldEnd } from '@latchkey/directory'
import type { EndOutcome, Store } from '@latchkey/store'
import { addToOutbox, afterMending, type EndDeps, entryTimes, passOn } from './end.ts'
import { type EndRecord, endRecord } from './end-record.ts'

/**
 * Ends what was noted with a change of the directory. However often and by whomever it is told, there is one entry and one audit
 * record, and with the record the note goes.
 */
export type TellEnd = (untold: UntoldEnd) => Promise<EndOutcome>

export interface TellEndDeps extends EndDeps {
  readonly store: EndDeps['store'] & { log: Pick<Store['log'], 'end' | 'hasEnded'> }
  readonly directory: Pick<Directory, 'transaction'>
}

export function tellEnd(deps: TellEndDeps): TellEnd {
  return async ({ id, target, reason, actor }) => {
    const facts = entryTimes(target, reason, deps.clock)
    // Of an end that was told before, the apps were told, too; what has begun since lives on.
    const concernsApps = target.kind === 'user' && !(await deps.store.log.hasEnded(target, id))
    if (concernsApps) await addToOutbox(target.sub, facts, deps)
    const outcome = await deps.store.log.end(target, { ...facts, once: id })
    await passOn(target, reason, outcome, deps)
    await settle(id, endRecord(target, reason, actor, outcome, deps), deps)
    return await afterMending(target, facts, outcome, deps)
  }
}

/** Whoever removes the note writes the record. Without SQL both wait for the next who tells it, which ends nothing more. */
async function settle(
  id: string,
  record: EndRecord,
  { directory, log }: Pick<TellEndDeps, 'directory' | 'log'>,
): Promise<void> {
  const settling = directory.transaction(async (inside) => {
    if (await inside.untoldEnds.remove(id)) await inside.audit.append(record)
  })
  await settling.catch((error: unknown) =>
    log.error({ err: error, ...record }, 'end not audited yet'),
  )
}
