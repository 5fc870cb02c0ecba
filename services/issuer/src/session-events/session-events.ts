/** Tells pages about their sessions, from this process's copy of the log. It informs and decides nothing: no lease, no keys. */
import {
  type Clock,
  type LogEntry,
  nowSeconds,
  type Position,
  type Scheduler,
  type SessionMessage,
} from '@latchkey/protocol'
import type { SessionRecord, SessionStore } from '@latchkey/store'
import type { LogTail } from '../feed/log-tail.ts'
import { ended, isAfter, newsOf } from './entry-news.ts'
import { PAGE_LIMITS } from './limits.ts'
import { type NamedPage, namesOf, pageRegistry } from './page-registry.ts'

export interface ListeningPage extends NamedPage {
  /** Position up to which the page knows everything: it hears of what comes behind it. */
  readonly since: Position
  tell(message: SessionMessage): void
}

export interface SessionEvents {
  /** Whether one more page of this session may listen here. */
  hasRoom(sid: string): boolean
  /** From now on the page is told; at once, what happened since its position. Returns the function that stops it. */
  join(page: ListeningPage, session: Pick<SessionRecord, Ends>): () => void
  /** Up to where whoever has joined since this position has heard everything: the later of the two. */
  reached(since: Position): Position
  /** Why a session that the store does not know any more has ended, as far as the log still tells. */
  reasonOf(page: Pick<NamedPage, 'sid' | 'sub'>, partition: number): LogEntry['r']
}

type Ends = 'idleExpiresAt' | 'absoluteExpiresAt'

export interface SessionEventsDeps {
  readonly tail: Pick<LogTail, 'listen' | 'living' | 'position'>
  readonly sessions: Pick<SessionStore, 'find'>
  readonly clock: Clock
  readonly scheduler: Scheduler
}

interface Joined {
  readonly page: ListeningPage
  stopClock: () => void
}

/** When the store cannot say whether a session was used, it is asked again after so long. */
const ASK_AGAIN_MS = 30_000
/** Timers of Node run at once when they are set for more than 24 days. */
const LONGEST_WAIT_MS = 86_400_000

export function sessionEvents(deps: SessionEventsDeps): SessionEvents {
  const { tail, sessions, clock, scheduler } = deps
  const registry = pageRegistry<Joined & NamedPage>()

  function leave(joined: Joined & NamedPage): boolean {
    joined.stopClock()
    return registry.remove(joined)
  }

  function tell(joined: Joined & NamedPage, message: SessionMessage): void {
    if (message.t === 'ended' && !leave(joined)) return
    joined.page.tell(message)
  }

  function publish(epoch: number, entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      const news = newsOf(entry)
      if (news === undefined) continue
      for (const joined of registry.named(news.whose)) {
        if (isAfter(joined.page.since, epoch, entry)) tell(joined, news.message)
      }
    }
  }

  tail.listen({
    appended: publish,
    reset: (partition) => publish(tail.position(partition).epoch, tail.living(partition)),
  })

  /** Use moves the end of a session without an entry, so the store is asked when the time that was known has come. */
  function expectEnd(joined: Joined & NamedPage, expiresAt: number): void {
    const leftMs = expiresAt * 1000 - clock.nowMs()
    const warnMs = leftMs - PAGE_LIMITS.expiringSeconds * 1000
    if (warnMs > 0) {
      const waitMs = Math.min(warnMs, LONGEST_WAIT_MS)
      joined.stopClock = scheduler.after(waitMs, () => void lookAgain(joined))
      return
    }
    joined.page.tell({ t: 'expiring', expires_at: expiresAt })
    joined.stopClock = scheduler.after(Math.max(leftMs, 0), () => void lookAgain(joined))
  }

  async function lookAgain(joined: Joined & NamedPage): Promise<void> {
    let stopped = false
    joined.stopClock = () => {
      stopped = true
    }
    const found = await sessions.find(joined.sid, nowSeconds(clock)).catch(() => 'unknown' as const)
    if (stopped) return
    if (found === 'unknown') {
      joined.stopClock = scheduler.after(ASK_AGAIN_MS, () => void lookAgain(joined))
    } else if (found === undefined) {
      const { sid, sub, page } = joined
      tell(joined, ended(reasonOf({ sid, sub }, page.since.partition) ?? 'expired'))
    } else expectEnd(joined, endOf(found.session))
  }

  function reasonOf({ sid, sub }: Pick<NamedPage, 'sid' | 'sub'>, partition: number) {
    const names = new Set<string>([`session ${sid}`, `user ${sub}`, 'everybody'])
    const entry = tail.living(partition).findLast((one) => names.has(newsOf(one)?.whose ?? ''))
    const message = entry && newsOf(entry)?.message
    return message?.t === 'ended' ? message.reason : undefined
  }

  return {
    hasRoom: (sid) =>
      registry.size < PAGE_LIMITS.connections &&
      registry.countOfSession(sid) < PAGE_LIMITS.connectionsPerSession,
    join: (page, session) => {
      const { sid, sub, clientId, services } = page
      const joined = { sid, sub, clientId, services, page, stopClock: () => {} }
      registry.add(joined)
      const expiresAt = endOf(session)
      page.tell({ t: 'state', expires_at: expiresAt })
      expectEnd(joined, expiresAt)
      // What was appended while the session was being looked up has passed here already.
      for (const message of missedBy(joined, tail)) tell(joined, message)
      return () => {
        leave(joined)
      }
    },
    reached: (since) => {
      const { epoch, offset } = tail.position(since.partition)
      const isLater = epoch > since.epoch || (epoch === since.epoch && offset > since.offset)
      return isLater ? { partition: since.partition, epoch, offset } : since
    },
    reasonOf,
  }
}

export function endOf(session: Pick<SessionRecord, Ends>): number {
  return Math.min(session.idleExpiresAt, session.absoluteExpiresAt)
}

/** Entries behind the page's position that concern it, oldest first. */
function missedBy(
  { page, ...names }: Joined & NamedPage,
  tail: SessionEventsDeps['tail'],
): SessionMessage[] {
  const { partition } = page.since
  const { epoch } = tail.position(partition)
  const entries = tail.living(partition)
  const known = entries.findLastIndex((entry) => !isAfter(page.since, epoch, entry))
  const mine = new Set<string>(['everybody', ...namesOf(names)])
  return entries.slice(known + 1).flatMap((entry) => {
    const news = newsOf(entry)
    return news !== undefined && mine.has(news.whose) ? [news.message] : []
  })
}
