import type { Clock } from '@latchkey/protocol'
import { nowSeconds } from '@latchkey/protocol'
import type { SessionRecord, Store } from '@latchkey/store'
import type { FastifyRequest } from 'fastify'
import { handleMatches, readSessionCookie } from './session-cookie.ts'

export interface BrowserSessionDeps {
  readonly store: Pick<Store, 'sessions'>
  readonly clock: Clock
}

/** The living session of this browser: the cookie names it, and its secret half must be the one that was stored. */
export async function findBrowserSession(
  request: FastifyRequest,
  deps: BrowserSessionDeps,
): Promise<SessionRecord | undefined> {
  const handle = readSessionCookie(request)
  if (!handle) return undefined
  const found = await deps.store.sessions.find(handle.sid, nowSeconds(deps.clock))
  if (!found || !handleMatches(handle.secret, found.session.handleHash)) return undefined
  return found.session
}
