/** The issuer's own cookies: `__Host-` (RFC 6265bis section 4.1.3.2), never readable by scripts, never sent cross-site with POST. */
import { hash } from 'node:crypto'
import type { Random } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sameText } from '../keys/same-text.ts'

export const SESSION_COOKIE = '__Host-latchkey-session'

/** Accounts that one browser is signed in to at once. More would be a list that nobody reads, and look-ups for each of them. */
export const MOST_SESSIONS = 5

const HANDLE = /^(s\d{1,4}_[A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/
const SEPARATOR = '~'

export interface SessionHandle {
  readonly sid: string
  /** Never stored; the store keeps its digest. */
  readonly secret: string
}

/** A fresh secret for a session: the id alone, which apps know, opens nothing. */
export function newHandle(sid: string, random: Random): SessionHandle {
  return { sid, secret: random.bytes(32).toString('base64url') }
}

export function handleHash(secret: string): string {
  return hash('sha256', secret, 'base64url')
}

export function handleMatches(secret: string, storedHash: string): boolean {
  return sameText(handleHash(secret), storedHash)
}

/**
 * The sessions of this browser, the one used last in front. None when there is no such cookie, the header carries it
 * twice (cookie tossing), or anything in it is not what this issuer writes.
 */
export function readSessionCookie(request: FastifyRequest): readonly SessionHandle[] {
  const value = singleCookie(request.headers.cookie, SESSION_COOKIE)
  if (value === undefined) return []
  const handles = new Map<string, SessionHandle>()
  const texts = value.split(SEPARATOR, MOST_SESSIONS + 1)
  for (const text of texts) {
    const [, sid, secret] = HANDLE.exec(text) ?? []
    if (sid === undefined || secret === undefined) return []
    handles.set(sid, { sid, secret })
  }
  const isOurs = texts.length <= MOST_SESSIONS && handles.size === texts.length
  return isOurs ? [...handles.values()] : []
}

/**
 * The sessions of this browser from now on, the one used last in front. None takes the cookie away, but only one that
 * was sent: an answer to a request that came without cookies, from another site, must sign nobody out.
 */
export function writeSessionCookie(reply: FastifyReply, handles: readonly SessionHandle[]): void {
  const options = { path: '/', secure: true, httpOnly: true, sameSite: 'lax' } as const
  if (handles.length > 0) {
    const value = handles.map(({ sid, secret }) => `${sid}.${secret}`).join(SEPARATOR)
    reply.setCookie(SESSION_COOKIE, value, options)
  } else if (reply.request.headers.cookie?.includes(`${SESSION_COOKIE}=`)) {
    reply.clearCookie(SESSION_COOKIE, options)
  }
}

/**
 * The value of a cookie that the header names exactly once. Nothing is trimmed but the space that browsers write (RFC 6265
 * section 4.2.1): with 0xA0 in front of it, a name is not held to its prefix by browsers, and a sibling domain could set it.
 */
export function singleCookie(header: string | undefined, name: string): string | undefined {
  let found: string | undefined
  for (const pair of (header ?? '').split(/; ?/)) {
    if (!pair.startsWith(`${name}=`)) continue
    if (found !== undefined) return undefined
    found = pair.slice(name.length + 1)
  }
  return found
}
