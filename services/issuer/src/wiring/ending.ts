import type { Directory } from '@latchkey/directory'
import { type Clock, type Random, type Scheduler, systemScheduler } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyBaseLogger } from 'fastify'
import { logoutDeliveries } from '../backchannel/logout-deliveries.ts'
import { logoutTokens } from '../backchannel/logout-token.ts'
import { ender } from '../ending/end.ts'
import { endRecordedLate } from '../ending/end-recorded-late.ts'
import { endingChange } from '../ending/ending-change.ts'
import { keptRecords } from '../ending/kept-records.ts'
import { type TellEndDeps, tellEnd } from '../ending/tell-end.ts'
import { untoldTeller } from '../ending/untold-teller.ts'
import { endCounter } from '../metrics/end-counter.ts'
import type { GuardedRequest } from '../outgoing/guarded-request.ts'
import type { Settings } from '../settings/settings.ts'
import type { Feeding } from './feed.ts'
import type { Keys } from './keys.ts'

export interface EndingDeps extends Pick<Keys, 'signing' | 'subjectFor'>, Pick<Feeding, 'tail'> {
  readonly settings: Pick<Settings, 'issuer'>
  readonly store: Store
  readonly directory: Directory
  readonly request: GuardedRequest
  readonly clock: Clock
  readonly random: Random
  readonly scheduler?: Scheduler | undefined
  readonly log: FastifyBaseLogger
}

/** Ending things, and telling the apps of it. */
export function wireEnding(deps: EndingDeps) {
  const { settings, store, directory, tail, scheduler = systemScheduler } = deps
  const deliveries = logoutDeliveries({
    ...deps,
    outbox: store.outbox,
    clients: directory.clients,
    logoutTokenFor: logoutTokens({ ...deps, issuer: settings.issuer }),
  })
  const ends = endCounter()
  const feed = {
    published: tail.appended,
    epochNow: (partition: number) => tail.position(partition).epoch,
  }
  const late = endRecordedLate({ ...deps, ...feed, poke: tail.poke })
  const records = keptRecords({ audit: directory.audit, late, scheduler, log: deps.log })
  const parts: TellEndDeps = {
    ...deps,
    ...feed,
    audit: records,
    tell: deliveries.poke,
    concluded: ends.count,
  }
  const { end, concludeEnd } = ender(parts)
  const tell = tellEnd(parts)
  const teller = untoldTeller({ ...deps, untoldEnds: directory.untoldEnds, tell, scheduler })
  const start = () => {
    deliveries.start()
    teller.start()
  }
  const stop = async () => {
    await teller.stop()
    await deliveries.stop()
    records.stop()
  }
  return {
    /** For what nobody has changed the directory for: who is told that an end failed asks again, and nothing comes behind. */
    end,
    endingChange: endingChange({ directory, tell, clock: deps.clock }),
    tell,
    concludeEnd,
    deliveries,
    start,
    ends,
    stop,
  }
}

export type Ending = ReturnType<typeof wireEnding>
