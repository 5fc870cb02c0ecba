/** Who calls one of the issuer's own resources, user info or the admin API: RFC 6750, RFC 8705 section 3, RFC 9449 section 7. */
import { type AccessTokenClaims, OAuthError } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ClientCertificates } from '../client-authentication/tls-certificates.ts'
import type { DpopProofs } from '../dpop/dpop-proofs.ts'
import { NoCredentials, type PresentedToken } from '../http/bearer.ts'
import type { ReadRoutes } from '../rights/routes-claim.ts'
import type { AccessTokenReader } from './access-token-reader.ts'

/** Rights as grants, however the token has written them. */
export interface CallerClaims extends AccessTokenClaims {
  readonly routes: readonly string[]
}

/**
 * The claims of a token that is the issuer's own, alive, and in the hands of whom it was given to.
 * @throws NoCredentials, OAuthError invalid_token, invalid_dpop_proof, use_dpop_nonce
 */
export type CallerReader = (
  presented: PresentedToken | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
) => Promise<CallerClaims>

export interface ResourceCallersDeps {
  readonly issuer: string
  readonly readAccessToken: AccessTokenReader
  readonly readRoutes: ReadRoutes
  readonly dpop: DpopProofs
  readonly certificates: ClientCertificates
}

export function resourceCallers(deps: ResourceCallersDeps): CallerReader {
  return async (presented, request, reply) => {
    if (presented === undefined) throw new NoCredentials()
    const read = await deps.readAccessToken(presented.token)
    if (read.kind === 'invalid') throw new OAuthError('invalid_token', read.reason)
    const { claims } = read
    // A token for a service opens nothing here: that service's key could make such tokens (RFC 9068 section 4).
    if (claims.aud !== deps.issuer) throw new OAuthError('invalid_token', 'wrong_audience')
    const { jkt, 'x5t#S256': certificateHash } = claims.cnf ?? {}
    await checkKey(jkt, presented, request, reply, deps)
    if (certificateHash !== undefined && deps.certificates.of(request)?.hash !== certificateHash) {
      throw new OAuthError('invalid_token', 'certificate_differs')
    }
    return { ...claims, routes: await deps.readRoutes(claims.aud, claims.routes) }
  }
}

/** A bound token is never a bearer token, and a proof beside an unbound one would prove nothing (RFC 9449 section 7.1). */
async function checkKey(
  jkt: string | undefined,
  { scheme, token }: PresentedToken,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ResourceCallersDeps,
): Promise<void> {
  if (scheme === 'Bearer') {
    if (jkt === undefined) return
    throw new OAuthError('invalid_token', 'bound_token_as_bearer')
  }
  const proven = await deps.dpop.check(request, reply, token)
  if (proven === undefined) throw new OAuthError('invalid_dpop_proof', 'dpop_missing')
  if (proven !== jkt) throw new OAuthError('invalid_token', 'dpop_key_differs')
}
