import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { fromChunks, toChunks } from './chunks.ts'
import type { CookieBox } from './cookie-box.ts'
import { readCookies } from './cookie-header.ts'
import { expiringMap } from './expiring-map.ts'
import { LOGIN_LIMITS } from './limits.ts'
import { dropCookie, putCookie } from './reply-cookies.ts'
import { parseSession, type Session, sessionText } from './session.ts'

export type SessionRead =
  | { readonly kind: 'none' }
  /** Two cookies of one name: refused, because one of them was put there by somebody else (attack E2). */
  | { readonly kind: 'duplicated' }
  /** Changed, cut off, of an older release, or sealed with a secret that is gone. */
  | { readonly kind: 'unreadable' }
  | { readonly kind: 'read'; readonly session: Session }

/** The session in the browser's hands: sealed, in as many `__Host-` cookies as it needs. */
export interface SessionCookie {
  read(request: FastifyRequest): Promise<SessionRead>
  /** Throws when even a session without its ID token is too large for the browser. */
  write(request: FastifyRequest, reply: FastifyReply, session: Session): Promise<void>
  clear(reply: FastifyReply): void
}

export function sessionCookie(cookieName: string, box: CookieBox, clock: Clock): SessionCookie {
  const nameOf = (index: number) => `${cookieName}.${index}`
  /**
   * A browser sends the same cookie for minutes, and opening it costs more than the rest of a request. The whole text is
   * the key, so that a variant misses; what depends on time is asked of the session each time.
   */
  const opened = expiringMap<Session>(LOGIN_LIMITS.openedSessions)

  async function open(sealed: string): Promise<Session | undefined> {
    const now = nowSeconds(clock)
    const known = opened.get(sealed, now)
    if (known !== undefined) return known
    const text = await box.open(sealed)
    const session = text === undefined ? undefined : parseSession(text)
    if (session !== undefined) opened.set(sealed, session, session.endsAt, now)
    return session
  }

  return {
    async read(request) {
      const found = readCookies(request.headers.cookie, `${cookieName}.`)
      if (found.kind === 'duplicated') return found
      if (found.cookies.size === 0) return { kind: 'none' }
      const sealed = fromChunks((index) => found.cookies.get(nameOf(index)))
      const session = sealed === undefined ? undefined : await open(sealed)
      return session === undefined ? { kind: 'unreadable' } : { kind: 'read', session }
    },

    async write(request, reply, session) {
      const chunks = await sealedChunks(box, session)
      for (const [index, chunk] of chunks.entries()) putCookie(reply, nameOf(index), chunk)
      const found = readCookies(request.headers.cookie, `${cookieName}.`)
      const stale = found.kind === 'read' ? found.cookies : new Map<string, string>()
      for (let index = chunks.length; index < LOGIN_LIMITS.sessionChunks; index++) {
        if (stale.has(nameOf(index))) dropCookie(reply, nameOf(index))
      }
    },

    clear(reply) {
      for (let index = 0; index < LOGIN_LIMITS.sessionChunks; index++) {
        dropCookie(reply, nameOf(index))
      }
    },
  }
}

async function sealedChunks(box: CookieBox, session: Session): Promise<readonly string[]> {
  const chunks = toChunks(await box.seal(sessionText(session)))
  if (chunks.length <= LOGIN_LIMITS.sessionChunks) return chunks
  if (session.idToken === undefined) {
    throw new RangeError(`the session needs ${chunks.length} cookies: its tokens are too large`)
  }
  // Without the hint the issuer asks before it signs the person out. That is better than not letting them in.
  return sealedChunks(box, { ...session, idToken: undefined })
}
