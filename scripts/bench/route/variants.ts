/** One route, closed in different ways. The names stand in the results. */
export const VARIANTS = {
  bare: 'floor: bare fastify route',
  latchkey: 'latchkey',
  fastJwtRedis: 'fast-jwt + Redis look-up of the session',
  fastJwtRedisTuned: 'fast-jwt, raw-token cache + Redis, pipelined',
  fastifyJwt: '@fastify/jwt',
  jose: 'jose',
  introspection: 'introspection at oidc-provider',
} as const

export type Variant = keyof typeof VARIANTS
