/** Fastify apps whose routes are closed: each as its README says, with the checks of the token pinned alike. */
import { webcrypto } from 'node:crypto'
import fastifyJwt from '@fastify/jwt'
import { latchkey } from '@latchkey/fastify'
import { createVerifier } from 'fast-jwt'
import Fastify, { type FastifyInstance } from 'fastify'
import { Redis } from 'ioredis'
import { jwtVerify } from 'jose'
import { type BenchKey, ISSUER, SERVICE } from '../bench-tokens.ts'
import { tokenOf } from '../header-block.ts'
import { benchVerifier } from '../verify/product.ts'
import { introspector } from './introspector.ts'
import type { ServerFacts } from './server.ts'
import type { Variant } from './variants.ts'

export interface CloseFacts extends ServerFacts {
  readonly key: BenchKey
}

type Close = (facts: CloseFacts) => Promise<FastifyInstance>

const CACHE_TOKENS = 20_000
const UNAUTHORIZED = Object.assign(new Error('unauthorized'), { statusCode: 401 })

export const CLOSE_WITH: Readonly<Record<Variant, Close>> = {
  bare: async () => Fastify(),

  latchkey: async ({ key }) => {
    const app = Fastify()
    await app.register(latchkey, { verifier: benchVerifier(key) })
    return app
  },

  fastJwtRedis: async (facts) => {
    const verify = fastJwt(facts.key, {})
    return withRedis(verify, new Redis(facts.redisUrl ?? ''))
  },

  fastJwtRedisTuned: async (facts) => {
    const cacheKeyBuilder = (token: string) => token
    const verify = fastJwt(facts.key, { cache: CACHE_TOKENS, cacheKeyBuilder })
    return withRedis(verify, new Redis(facts.redisUrl ?? '', { enableAutoPipelining: true }))
  },

  fastifyJwt: async ({ key }) => {
    const app = Fastify()
    await app.register(fastifyJwt, {
      secret: key.signingKey.export(),
      verify: { algorithms: ['HS256'], allowedIss: ISSUER, allowedAud: SERVICE },
    })
    app.addHook('onRequest', async (request) => {
      await request.jwtVerify()
    })
    return app
  },

  jose: async ({ key }) => {
    const hmac = { name: 'HMAC', hash: 'SHA-256' }
    const secret = key.signingKey.export()
    const cryptoKey = await webcrypto.subtle.importKey('raw', secret, hmac, false, ['verify'])
    const options = { algorithms: ['HS256'], issuer: ISSUER, audience: SERVICE }
    const app = Fastify()
    app.addHook('onRequest', async (request) => {
      const { authorization = '' } = request.headers
      await jwtVerify(tokenOf(authorization), cryptoKey, options)
    })
    return app
  },

  introspection: async ({ introspection = '' }) => {
    const isActive = introspector(introspection)
    const app = Fastify()
    app.addHook('onRequest', async (request) => {
      const { authorization = '' } = request.headers
      if (!(await isActive(tokenOf(authorization)))) throw UNAUTHORIZED
    })
    return app
  },
}

type Verify = (token: string) => { readonly sid?: string }

function fastJwt(
  key: BenchKey,
  caching: { cache?: number; cacheKeyBuilder?: (token: string) => string },
): Verify {
  return createVerifier({
    key: key.signingKey.export(),
    algorithms: ['HS256'],
    allowedIss: ISSUER,
    allowedAud: SERVICE,
    ...caching,
  })
}

/** The usual remedy for tokens that cannot be ended: ask Redis at every request whether the session has ended. */
function withRedis(verify: Verify, redis: Redis): FastifyInstance {
  const app = Fastify()
  app.addHook('onRequest', async (request) => {
    const { authorization = '' } = request.headers
    const { sid } = verify(tokenOf(authorization))
    if ((await redis.exists(`ended:${sid}`)) === 1) throw UNAUTHORIZED
  })
  app.addHook('onClose', async () => {
    await redis.quit()
  })
  return app
}
