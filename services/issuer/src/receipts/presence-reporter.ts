/** Tells the other issuer processes, through the store, what the verifiers of this one do. */
import { nowSeconds, type Scheduler } from '@latchkey/protocol'
import type { PresenceStore } from '@latchkey/store'
import type { FeedHub } from '../feed/hub.ts'
import { type UnreportedDeps, unreported } from './unreported.ts'

export interface PresenceReporter {
  start(): void
  /** Says that all its verifiers are gone; never throws. */
  stop(): Promise<void>
}

export interface PresenceReporterDeps extends UnreportedDeps {
  readonly hub: Pick<FeedHub, 'members' | 'listen'>
  readonly presence: Pick<PresenceStore, 'report'>
  readonly leaseMs: number
  readonly scheduler: Scheduler
  readonly warn: (facts: Record<string, unknown>, message: string) => void
}

/** Each beat repeats one fifth of what is known: what the store has lost is back within T. */
const PARTS = 5

export function presenceReporter(deps: PresenceReporterDeps): PresenceReporter {
  const { scheduler } = deps
  const news = unreported(deps)
  let beats = 0
  let isPlanned = false
  let failing = false
  let stopped = false
  let reporting = Promise.resolve()
  let cancelBeat = () => {}
  let unlisten = () => {}

  /** One report at a time; with `isBeat` also when nothing is new. */
  function report(isBeat: boolean): Promise<void> {
    reporting = reporting.then(async () => {
      const { verifiers, settle } = news.take(isBeat ? { number: beats, of: PARTS } : undefined)
      if (verifiers.length === 0 && !isBeat) return
      try {
        await deps.presence.report(deps.process, verifiers, nowSeconds(deps.clock))
        settle(true)
        if (failing) deps.warn({}, 'verifiers are reported again')
        failing = false
      } catch (error) {
        settle(false)
        if (!failing) deps.warn({ err: error }, 'verifiers not reported: receipts have to wait')
        failing = true
      }
    })
    return reporting
  }

  /** Everything of this turn goes in one write, and while one is under way the next one fills up. */
  function plan(): void {
    if (isPlanned || stopped) return
    isPlanned = true
    scheduler.after(0, async () => {
      await reporting
      isPlanned = false
      if (!stopped) await report(false)
    })
  }

  function beat(): void {
    cancelBeat = scheduler.after(deps.leaseMs / 5, async () => {
      beats += 1
      await report(true)
      if (!stopped) beat()
    })
  }

  return {
    start: () => {
      for (const member of deps.hub.members()) news.note(member, 'joined')
      unlisten = deps.hub.listen((member, change) => {
        if (news.note(member, change)) plan()
      })
      void report(true)
      beat()
    },
    stop: async () => {
      stopped = true
      cancelBeat()
      unlisten()
      await reporting
      news.leave()
      await report(false)
    },
  }
}
