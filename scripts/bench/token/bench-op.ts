/** What the contenders of the group `token` have in common: one service, one client, one person. */

export const FLOWS = {
  machine: 'client credentials',
  refresh: 'refresh rotation',
  login: 'sign-in with code and PKCE',
  silent: 'sign-in without a page',
  introspect: 'introspection',
} as const
export type Flow = keyof typeof FLOWS

export const CONTENDERS = {
  latchkey: 'latchkey',
  provider: 'oidc-provider, HS256',
  floor: 'floor: one route, one Redis command, one HS256',
} as const
export type Contender = keyof typeof CONTENDERS

/** What is measured besides rates, one set each. */
export const COSTS = {
  start: 'cold start to the first token',
  memoryBefore: 'memory before the load',
  memoryAfter: 'memory after the load',
  loginCommands: 'Redis commands of a sign-in',
  loginBytes: 'bytes that a sign-in leaves in Redis',
  refreshCommands: 'Redis commands of a refresh',
  refreshBytes: 'bytes that a refresh adds in Redis',
  sessionBytes: 'bytes of a session in Redis',
} as const

/** What such a cost is held against, where it is no other program. */
export const LIMITS = {
  commands: 'limit: 6 commands',
  oneCommand: 'limit: 1 command',
  bytes: 'limit: 500 bytes',
  plainHash: 'floor: a plain hash with 8 fields',
} as const

export const AUDIENCE = 'http://orders.localhost'
export const CLIENT = { id: 'orders', secret: 'x'.repeat(43) } as const
export const CALLBACK = 'http://orders.localhost/login/callback'
/** As many people as there are connections: a crowd of sign-ins to one account is taken for guessing. */
export const PEOPLE: readonly string[] = Array.from({ length: 64 }, (_, i) => `person-${i}`)
export const PASSWORD = 'correct horse battery'
/** As many as a person's app may call, so that tokens are of the usual size. */
export const GRANTS: readonly string[] = Array.from({ length: 15 }, (_, i) => `GET /o${i}/:id`)

/** RFC 7636 appendix B. */
export const PKCE = {
  verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
} as const

/** How the programs of the contenders are asked. */
export type OpQuestion =
  | { readonly start: { readonly redisUrl: string } }
  /** Answers with the bytes that it holds. */
  | { readonly rss: true }
