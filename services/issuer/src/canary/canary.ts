/** Ends a session of its own now and then, and measures how long every verifier takes to apply it: the guarantee, watched. */
import {
  type Clock,
  newSessionId,
  nowSeconds,
  partitionOfSubject,
  type Random,
  type Scheduler,
} from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { End } from '../ending/end.ts'
import { type HistogramFacts, histogram } from '../metrics/histogram.ts'
import type { ReceiptTracker } from '../receipts/receipt-tracker.ts'
import { CANARY_SUBJECT } from './canary-subject.ts'

export interface Canary {
  start(): void
  stop(): void
  facts(): CanaryFacts
}

/** Since the start of this process, of the runs that were its turn. */
export interface CanaryFacts {
  /** A value for each verifier of each run. */
  readonly histogram: HistogramFacts
  readonly runs: number
  /** Runs that did not get as far as an entry: the store was away. */
  readonly failed: number
  /** Verifiers that were connected and had not applied it after T. */
  readonly unconfirmed: number
}

export interface CanaryDeps {
  readonly store: {
    readonly partitions: number
    readonly sessions: Pick<Store['sessions'], 'create'>
    readonly log: Pick<Store['log'], 'head'>
    readonly oneTime: Pick<Store['oneTime'], 'claim'>
  }
  readonly end: End
  readonly tracker: Pick<ReceiptTracker, 'before' | 'track'>
  readonly leaseMs: number
  /** Between two runs over all processes; 0: there are none. */
  readonly canarySeconds: number
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly warn: (facts: Record<string, unknown>, message: string) => void
}

/** Nobody can use it: its cookie is in no browser. It is gone by itself when a process dies before it has ended it. */
const SESSION_SECONDS = 60

export function canary(deps: CanaryDeps): Canary {
  const { clock, scheduler, canarySeconds } = deps
  const took = histogram()
  let [runs, failed, unconfirmed] = [0, 0, 0]
  let cancel = () => {}
  let stopped = false

  async function isMyTurn(): Promise<boolean> {
    const now = nowSeconds(clock)
    const turn = Math.floor(now / canarySeconds)
    return await deps.store.oneTime.claim('canary', `${turn}`, 2 * canarySeconds, now)
  }

  async function run(): Promise<void> {
    const sid = await createSession(deps)
    const askedAtMs = clock.monotonicMs()
    const target = { kind: 'session', sid } as const
    const [{ entries, epoch }, before] = await Promise.all([
      deps.end(target, 'canary', { sub: 'issuer' }),
      deps.tracker.before(),
    ])
    const positions = entries.map(({ p, o }) => ({ partition: p, epoch, offset: o }))
    const tracking = deps.tracker.track({ positions, askedAtMs }, before)
    const over = Promise.withResolvers<void>()
    const cancelWait = scheduler.after(deps.leaseMs, over.resolve)
    await Promise.race([tracking.settled, over.promise])
    cancelWait()
    tracking.stop()
    runs += 1
    for (const { state, afterMs, instance, audience } of tracking.receipts()) {
      if (afterMs !== undefined) took.observe(afterMs)
      if (state !== 'waiting') continue
      unconfirmed += 1
      deps.warn({ instance, audience }, 'the canary: a verifier has not applied an end in time')
    }
  }

  function plan(): void {
    cancel = scheduler.after(canarySeconds * 1000, async () => {
      try {
        if (await isMyTurn()) await run()
      } catch (error) {
        failed += 1
        deps.warn({ err: error }, 'the canary could not end its session')
      }
      if (!stopped) plan()
    })
  }

  return {
    start: () => {
      if (canarySeconds > 0) plan()
    },
    stop: () => {
      stopped = true
      cancel()
    },
    facts: () => ({ histogram: took.read(), runs, failed, unconfirmed }),
  }
}

async function createSession({ store, clock, random }: CanaryDeps): Promise<string> {
  const now = nowSeconds(clock)
  const partition = partitionOfSubject(CANARY_SUBJECT, store.partitions)
  const { position } = await store.log.head(partition)
  const sid = newSessionId(random, partition)
  const session = {
    sid,
    sub: CANARY_SUBJECT,
    handleHash: Buffer.from(random.bytes(32)).toString('base64url'),
    authTime: now,
    acr: 'canary',
    amr: [],
    createdAt: now,
    idleExpiresAt: now + SESSION_SECONDS,
    absoluteExpiresAt: now + SESSION_SECONDS,
    userAgent: '',
    rev: position,
  }
  await store.sessions.create(session, now)
  return sid
}
