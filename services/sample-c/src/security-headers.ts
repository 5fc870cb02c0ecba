import type { onSendHookHandler } from 'fastify'

/**
 * Pages use nothing but our own style sheet, script and picture, and nobody frames them. The sign-out form is answered with
 * a redirect to the issuer, and browsers hold that against `form-action` too. The pages of `login` bring headers of their own.
 */
export function securityHeaders(issuer: string): onSendHookHandler {
  const { origin } = new URL(issuer)
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    // The issuer tells the page about its session.
    `connect-src 'self' ${origin} ${origin.replace(/^http/, 'ws')}`,
    `form-action 'self' ${origin}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
  return async (_request, reply) => {
    if (reply.hasHeader('content-security-policy')) return
    reply.headers({ 'content-security-policy': policy, 'x-content-type-options': 'nosniff' })
  }
}
