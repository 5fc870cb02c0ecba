/** Lets the browser that signed out look again how far its apps are, and nobody else. */
import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { type Clock, LIMITS, nowSeconds } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { singleCookie } from '../sessions/session-cookie.ts'

export const SIGNED_OUT_COOKIE = '__Host-latchkey-signed-out'

export interface SignedOutCookie {
  /** Notes which session this browser has just ended. */
  write(reply: FastifyReply, sid: string): void
  /** The session that this browser ended last, for as long as a token of it could have lived. */
  read(request: FastifyRequest): string | undefined
}

const VALUE = /^(s\d{1,4}_[A-Za-z0-9_-]{22})\.(\d{1,12})\.([A-Za-z0-9_-]{43})$/

export function signedOutCookie(deps: { macKey: KeyObject; clock: Clock }): SignedOutCookie {
  const macOf = (sid: string, until: string) =>
    createHmac('sha256', deps.macKey).update(`${sid}.${until}`).digest('base64url')
  return {
    write: (reply, sid) => {
      const maxAge = LIMITS.accessTokenMaxSeconds
      const until = String(nowSeconds(deps.clock) + maxAge)
      const options = { path: '/', secure: true, httpOnly: true, sameSite: 'lax', maxAge } as const
      reply.setCookie(SIGNED_OUT_COOKIE, `${sid}.${until}.${macOf(sid, until)}`, options)
    },
    read: (request) => {
      const value = singleCookie(request.headers.cookie, SIGNED_OUT_COOKIE)
      const [, sid, until, mac] = VALUE.exec(value ?? '') ?? []
      if (sid === undefined || until === undefined || mac === undefined) return undefined
      const isOurs = timingSafeEqual(Buffer.from(macOf(sid, until)), Buffer.from(mac))
      return isOurs && nowSeconds(deps.clock) < Number(until) ? sid : undefined
    },
  }
}
