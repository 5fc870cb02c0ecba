import type { Directory } from '@latchkey/directory'
import {
  type Clock,
  type Random,
  randomId,
  type Scheduler,
  systemScheduler,
} from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyBaseLogger } from 'fastify'
import { canary } from '../canary/canary.ts'
import { endByScan } from '../receipts/end-by-scan.ts'
import { knownVerifiers } from '../receipts/known-verifiers.ts'
import { operationKeeper } from '../receipts/operation-keeper.ts'
import { presenceReporter } from '../receipts/presence-reporter.ts'
import { previews } from '../receipts/preview.ts'
import { receiptTracker } from '../receipts/receipt-tracker.ts'
import { runEnd } from '../receipts/run-end.ts'
import type { Settings } from '../settings/settings.ts'
import type { Ending } from './ending.ts'
import type { Feeding } from './feed.ts'

export interface ReceiptDeps extends Pick<Feeding, 'hub' | 'tail'>, Pick<Ending, 'end'> {
  readonly settings: Pick<Settings, 'feed'>
  readonly store: Store
  readonly directory: Pick<Directory, 'clients' | 'services'>
  readonly clock: Clock
  readonly scheduler?: Scheduler | undefined
  readonly random: Random
  readonly log: FastifyBaseLogger
}

/** Who is on the feed, over all processes, and who has applied what was ended. */
export function wireReceipts(given: ReceiptDeps) {
  const { settings, store, directory, log, scheduler = systemScheduler } = given
  const shared = {
    ...given,
    scheduler,
    presence: store.presence,
    documents: store.documents,
    sessions: store.sessions,
    oneTime: store.oneTime,
    clients: directory.clients,
    services: directory.services,
    partitions: store.partitions,
    leaseMs: settings.feed.leaseMs,
    process: randomId(given.random),
    warn: (facts: Record<string, unknown>, message: string) => log.warn(facts, message),
  }
  const known = knownVerifiers(shared)
  const reporter = presenceReporter(shared)
  const tracker = receiptTracker({ ...shared, known })
  const operations = operationKeeper(shared)
  const canarySeconds = settings.feed.canarySeconds ?? 0
  return {
    process: shared.process,
    known,
    reporter,
    tracker,
    operations,
    previews: previews({ ...shared, known }),
    runEnd: runEnd({ ...shared, known, tracker, keeper: operations, endByScan: endByScan(shared) }),
    canary: canary({ ...shared, tracker, canarySeconds }),
    canarySeconds,
    scheduler,
  }
}

export type Receipts = ReturnType<typeof wireReceipts>
