/** GET /jwks: public keys of ID tokens, logout tokens and asymmetric services. RFC 7517 section 5; never an `oct` key. */
import type { FastifyInstance } from 'fastify'
import type { SigningKeyRing } from '../keys/signing-keys.ts'

export interface JwksDeps {
  readonly keys: Pick<SigningKeyRing, 'publicKeys'>
}

export function jwks(deps: JwksDeps) {
  return async (app: FastifyInstance) => {
    app.get('/jwks', async (_request, reply) => {
      return await reply
        .header('cache-control', 'public, max-age=300')
        .header('access-control-allow-origin', '*')
        .type('application/jwk-set+json; charset=utf-8')
        .send(JSON.stringify(deps.keys.publicKeys()))
    })
  }
}
