import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { SessionRecord, SessionStore } from '@latchkey/store'
import { CANARY_SUBJECT } from '../canary/canary-subject.ts'

/** One page is one step of the store: nobody waits long behind it. */
const PAGE = 500

/**
 * Hands out every living session of people, page by page. False when `untilMs` (monotonic) came before the end. A session
 * may come twice.
 */
export async function scanSessions(
  deps: { readonly sessions: Pick<SessionStore, 'scan'>; readonly clock: Clock },
  untilMs: number,
  each: (page: readonly SessionRecord[]) => Promise<void> | void,
): Promise<boolean> {
  let cursor = ''
  do {
    if (deps.clock.monotonicMs() >= untilMs) return false
    const page = await deps.sessions.scan(cursor, PAGE, nowSeconds(deps.clock))
    await each(page.sessions.filter(({ sub }) => sub !== CANARY_SUBJECT))
    cursor = page.cursor
  } while (cursor !== '')
  return true
}
