import type { FastifyRequest } from 'fastify'

/**
 * What all our routes share: everybody may call them, and the log of the request leaves out the query, because it holds
 * codes and states (RFC 6749 section 10.3).
 */
export const PUBLIC_ROUTE = {
  config: { public: true },
  logSerializers: {
    req: ({ method, url, host, ip }: FastifyRequest) => ({
      method,
      url: url.split('?', 1)[0],
      host,
      remoteAddress: ip,
    }),
  },
} as const
