/** Lets the browser that signed out look again how far its apps are, and nobody else. */
import type { KeyObject } from 'node:crypto'
import { type Clock, LIMITS } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { carriedFacts } from '../keys/carried-facts.ts'
import { singleCookie } from '../sessions/session-cookie.ts'

const SIGNED_OUT_COOKIE = '__Host-latchkey-signed-out'

export interface SignedOutCookie {
  /** Notes which session this browser has just ended. */
  write(reply: FastifyReply, sid: string): void
  /** The session that this browser ended last, for as long as a token of it could have lived. */
  read(request: FastifyRequest): string | undefined
}

export function signedOutCookie(deps: { macKey: KeyObject; clock: Clock }): SignedOutCookie {
  const maxAge = LIMITS.accessTokenMaxSeconds
  const carried = carriedFacts({ ...deps, seconds: maxAge })
  return {
    write: (reply, sid) => {
      const options = { path: '/', secure: true, httpOnly: true, sameSite: 'lax', maxAge } as const
      reply.setCookie(SIGNED_OUT_COOKIE, carried.write(sid), options)
    },
    read: (request) => carried.read(singleCookie(request.headers.cookie, SIGNED_OUT_COOKIE)),
  }
}
