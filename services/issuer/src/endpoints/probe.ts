/** GET /probe: what reaches the issuer of a request to its public address, for `latchkey doctor`. It sets a cookie as sign-in does. */
import { OAuthError, type Random } from '@latchkey/protocol'
import type { FastifyInstance } from 'fastify'
import type { ProbePasses } from '../doctor/probe-pass.ts'
import { PROBE_COOKIE, seenRequest } from '../doctor/seen-request.ts'
import { singleHeader } from '../http/single-header.ts'
import { addressSet } from '../outgoing/public-address.ts'

export interface ProbeDeps {
  readonly passes: Pick<ProbePasses, 'isGood'>
  readonly trustedProxies?: readonly string[] | undefined
  readonly random: Random
}

/** In a header, so that it stands in nobody's log. */
const PASS_HEADER = 'latchkey-probe'

export function probe(deps: ProbeDeps) {
  const proxies = addressSet(deps.trustedProxies ?? [])
  return async (app: FastifyInstance) => {
    app.get('/probe', async (request, reply) => {
      // What proxies say of people is told to nobody who does not know it from the admin API anyway.
      if (!deps.passes.isGood(singleHeader(request, PASS_HEADER))) {
        throw new OAuthError('invalid_request', 'probe_pass')
      }
      return await reply
        .setCookie(PROBE_COOKIE, deps.random.bytes(16).toString('base64url'), {
          path: '/',
          secure: true,
          httpOnly: true,
          sameSite: 'lax',
          maxAge: 60,
        })
        .send(seenRequest(request, proxies))
    })
  }
}
