import type { onSendHookHandler } from 'fastify'

/**
 * Pages use nothing but our own style sheet, script and picture, and nobody frames them. The sign-out form is answered with
 * a redirect to the issuer, and browsers hold that against `form-action` too. The pages of `login` bring headers of their own.
 */
export function securityHeaders(issuer: string): onSendHookHandler {
  const policy = [
    "default-src 'none'",
    "style-src 'self'",
    "script-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    `form-action 'self' ${new URL(issuer).origin}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ')
  return async (_request, reply) => {
    if (reply.hasHeader('content-security-policy')) return
    reply.headers({ 'content-security-policy': policy, 'x-content-type-options': 'nosniff' })
  }
}
