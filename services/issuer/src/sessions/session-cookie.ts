/** The issuer's own cookies: `__Host-` (RFC 6265bis section 4.1.3.2), never readable by scripts, never sent cross-site with POST. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Random } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'

export const SESSION_COOKIE = '__Host-latchkey-session'

const VALUE = /^(s\d{1,4}_[A-Za-z0-9_-]{22})\.([A-Za-z0-9_-]{43})$/

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
  return createHash('sha256').update(secret).digest('base64url')
}

export function handleMatches(secret: string, storedHash: string): boolean {
  const left = Buffer.from(handleHash(secret))
  const right = Buffer.from(storedHash)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** Undefined when there is no such cookie, it is malformed, or the header carries it twice (cookie tossing). */
export function readSessionCookie(request: FastifyRequest): SessionHandle | undefined {
  const value = singleCookie(request.headers.cookie, SESSION_COOKIE)
  const [, sid, secret] = VALUE.exec(value ?? '') ?? []
  return sid === undefined || secret === undefined ? undefined : { sid, secret }
}

export function writeSessionCookie(reply: FastifyReply, handle: SessionHandle): void {
  reply.setCookie(SESSION_COOKIE, `${handle.sid}.${handle.secret}`, {
    path: '/',
    secure: true,
    httpOnly: true,
    sameSite: 'lax',
  })
}

/** Only what was sent: an answer to a request that came without cookies, from another site, must sign nobody out. */
export function clearSessionCookie(reply: FastifyReply): void {
  if (!reply.request.headers.cookie?.includes(`${SESSION_COOKIE}=`)) return
  reply.clearCookie(SESSION_COOKIE, { path: '/', secure: true, httpOnly: true, sameSite: 'lax' })
}

/** The value of a cookie that the header names exactly once. */
export function singleCookie(header: string | undefined, name: string): string | undefined {
  let found: string | undefined
  for (const pair of (header ?? '').split(';')) {
    const equals = pair.indexOf('=')
    if (equals < 0 || pair.slice(0, equals).trim() !== name) continue
    if (found !== undefined) return undefined
    found = pair.slice(equals + 1).trim()
  }
  return found
}
