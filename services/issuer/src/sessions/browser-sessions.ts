import type { Clock } from '@latchkey/protocol'
import { nowSeconds } from '@latchkey/protocol'
import type { SessionRecord, Store } from '@latchkey/store'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  handleMatches,
  readSessionCookie,
  type SessionHandle,
  writeSessionCookie,
} from './session-cookie.ts'

export interface BrowserSessionsDeps {
  readonly store: Pick<Store, 'sessions'>
  readonly clock: Clock
}

/** A session, and what this browser opens it with. */
export interface BrowserSession {
  readonly session: SessionRecord
  readonly handle: SessionHandle
}

/**
 * The living sessions of this browser, the one used last in front: the cookie names them, and each secret half must be
 * the one that was stored. Those that have ended since drop out of the cookie.
 */
export async function findBrowserSessions(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: BrowserSessionsDeps,
): Promise<readonly BrowserSession[]> {
  const now = nowSeconds(deps.clock)
  const handles = readSessionCookie(request)
  const found = await Promise.all(
    handles.map(async (handle) => {
      const session = (await deps.store.sessions.find(handle.sid, now))?.session
      return session && handleMatches(handle.secret, session.handleHash)
        ? [{ session, handle }]
        : []
    }),
  )
  const living = found.flat()
  if (living.length < handles.length) keepInCookie(reply, living)
  return living
}

/** From now on this browser has these sessions and no others. */
export function keepInCookie(
  reply: FastifyReply,
  sessions: readonly Pick<BrowserSession, 'handle'>[],
): void {
  writeSessionCookie(
    reply,
    sessions.map(({ handle }) => handle),
  )
}
