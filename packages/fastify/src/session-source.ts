import type { RefusalReason } from '@latchkey/verifier'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { StepUp } from './step-up.ts'

/**
 * Where the token of a signed-in browser comes from: a cookie. `@latchkey/login` provides one. Asked only when the
 * request itself carries no token. Whatever throws here is answered with 503, never with a way in.
 */
export interface SessionSource {
  /** The access token of the session in the cookie; undefined when nobody is signed in. */
  accessToken(
    request: FastifyRequest,
    reply: FastifyReply,
  ): string | undefined | Promise<string | undefined>
  /**
   * A newer token of the same session, called once when the first was refused for a reason that a newer one mends.
   * Undefined when the session is over. Not called for WebSocket upgrades: their answer cannot carry the new cookie.
   */
  renew(
    request: FastifyRequest,
    reply: FastifyReply,
    reason: RefusalReason,
  ): Promise<string | undefined>
  /**
   * May answer in its own way, for example send a page navigation to sign-in. True when it has answered; otherwise the
   * plug-in answers 401. `weak`: signed in, but not as the route wants it, which `wanted` then says (RFC 9470).
   */
  challenge(
    request: FastifyRequest,
    reply: FastifyReply,
    why: 'signed_out' | 'ended' | 'weak',
    wanted?: StepUp,
  ): boolean | Promise<boolean>
}

/**
 * Reasons that a newer token of the same session mends. The others say that the session, the person or the client has
 * ended, or that the token was never good.
 */
const RENEWABLE: ReadonlySet<string> = new Set<RefusalReason>([
  'expired',
  'stale',
  'token_ended',
  'key_ended',
  'service_ended',
  'unknown_kid',
])

export function isRenewable(reason: string): reason is RefusalReason {
  return RENEWABLE.has(reason)
}
