/** GET /jwks: public keys of ID tokens, logout tokens and asymmetric services. RFC 7517 section 5; never an `oct` key. */
import type { FastifyInstance } from 'fastify'
import type { SigningKeyRing } from '../keys/signing-keys.ts'

export interface JwksDeps {
  readonly keys: Pick<SigningKeyRing, 'publicKeys'>
}

/** So long a copy may be used without asking again: a new key waits for it. */
export const JWKS_CACHE_SECONDS = 300

export function jwks(deps: JwksDeps) {
  return async (app: FastifyInstance) => {
    app.get('/jwks', async (_request, reply) => {
      return await reply
        .header('cache-control', `public, max-age=${JWKS_CACHE_SECONDS}`)
        .header('access-control-allow-origin', '*')
        .type('application/jwk-set+json; charset=utf-8')
        .send(JSON.stringify(deps.keys.publicKeys()))
    })
  }
}
