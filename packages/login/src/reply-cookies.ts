import type { FastifyReply } from 'fastify'

/**
 * `__Host-` wants Secure, Path=/ and no Domain (RFC 6265bis section 4.1.3.2), so no other host and no plain http can set
 * or see these cookies. SameSite=Lax lets the redirect back from the issuer carry them.
 */
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax'

/** Sets a cookie that ends with the browser, or after `maxAgeSeconds`. Replaces what this reply already says about it. */
export function putCookie(
  reply: FastifyReply,
  name: string,
  value: string,
  maxAgeSeconds?: number,
): void {
  const maxAge = maxAgeSeconds === undefined ? '' : `Max-Age=${maxAgeSeconds}; `
  replaceLine(reply, name, `${name}=${value}; ${maxAge}${ATTRIBUTES}`)
}

/** Tells the browser to forget a cookie. */
export function dropCookie(reply: FastifyReply, name: string): void {
  replaceLine(reply, name, `${name}=; Max-Age=0; ${ATTRIBUTES}`)
}

function replaceLine(reply: FastifyReply, name: string, line: string): void {
  const others = setCookieLines(reply).filter((other) => !other.startsWith(`${name}=`))
  reply.removeHeader('set-cookie')
  reply.header('set-cookie', [...others, line])
}

function setCookieLines(reply: FastifyReply): readonly string[] {
  const header: unknown = reply.getHeader('set-cookie')
  if (Array.isArray(header)) return header.map(String)
  return header === undefined ? [] : [String(header)]
}
