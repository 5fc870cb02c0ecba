/** Login and logout CSRF: a token bound to the browser by a `__Host-` cookie, plus the browser's own word on where a form came from. */
import type { KeyObject } from 'node:crypto'
import type { Random } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isMacOf, macOf } from '../keys/mac.ts'
import { singleCookie } from './session-cookie.ts'

export const BROWSER_COOKIE = '__Host-latchkey-browser'

export interface Csrf {
  /** The token for a form; sets the browser cookie when there is none. */
  issue(request: FastifyRequest, reply: FastifyReply): string
  /** True when the form came from our own page in this browser. */
  check(request: FastifyRequest, token: string | undefined): boolean
}

export function csrf(deps: { macKey: KeyObject; random: Random; origin: string }): Csrf {
  const tokenFor = (browser: string) => macOf(deps.macKey, browser)
  return {
    issue: (request, reply) => {
      const known = singleCookie(request.headers.cookie, BROWSER_COOKIE)
      if (known !== undefined && /^[A-Za-z0-9_-]{22}$/.test(known)) return tokenFor(known)
      const browser = deps.random.bytes(16).toString('base64url')
      reply.setCookie(BROWSER_COOKIE, browser, {
        path: '/',
        secure: true,
        httpOnly: true,
        sameSite: 'lax',
      })
      return tokenFor(browser)
    },
    check: (request, token) => {
      if (!sameOrigin(request, deps.origin)) return false
      const browser = singleCookie(request.headers.cookie, BROWSER_COOKIE)
      return browser !== undefined && token !== undefined && isMacOf(deps.macKey, browser, token)
    },
  }
}

/**
 * Old browsers send neither header; for them the token decides. `Origin: null` comes from our own pages too, since they
 * say `Referrer-Policy: no-referrer` (Fetch standard, section "append a request Origin header").
 */
function sameOrigin(request: FastifyRequest, origin: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const from = request.headers.origin
  return from === undefined || from === 'null' || from === origin
}
