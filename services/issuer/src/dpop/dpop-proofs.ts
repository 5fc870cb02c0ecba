/** Proofs of possession that requests carry: RFC 9449 sections 4.3, 5, 7 and 8. */
import { type Clock, nowSeconds, OAuthError } from '@latchkey/protocol'
import type { OneTimeStore } from '@latchkey/store'
import { verifyDpopProof } from '@latchkey/tokens'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { pathOf } from '../http/parameters.ts'
import { singleHeader } from '../http/single-header.ts'
import type { DpopNonces } from './dpop-nonces.ts'

export interface DpopProofs {
  /**
   * The thumbprint of the key that the request proves to hold; undefined when it has no `DPoP` header. Each proof counts once.
   * With `accessToken` the proof must be about that token. Answers to requests with a proof carry the nonce for the next one.
   * @throws OAuthError invalid_dpop_proof, use_dpop_nonce
   */
  check(
    request: FastifyRequest,
    reply: FastifyReply,
    accessToken?: string,
  ): Promise<string | undefined>
}

export interface DpopProofsDeps {
  readonly issuer: string
  readonly nonces: DpopNonces
  /** Whether a proof must carry a nonce of ours. One that carries any must carry one of ours in either case. */
  readonly nonceRequired: boolean
  readonly oneTime: Pick<OneTimeStore, 'claim'>
  readonly clock: Clock
}

export function dpopProofs(deps: DpopProofsDeps): DpopProofs {
  return {
    check: async (request, reply, accessToken) => {
      const proof = readHeader(request)
      if (proof === undefined) return undefined
      reply.header('dpop-nonce', deps.nonces.current())
      const now = nowSeconds(deps.clock)
      const outcome = verifyDpopProof(proof, {
        method: request.method,
        uri: deps.issuer + pathOf(request.url),
        nowSeconds: now,
        ...(accessToken !== undefined && { accessToken }),
      })
      if (outcome.kind === 'invalid') throw invalidProof(outcome.fault)
      const { jkt, jti, nonce, expiresAt } = outcome
      checkNonce(nonce, deps)
      // Last, so that a proof which is refused for anything else does not use up the jti of one that is good.
      const isNew = await deps.oneTime.claim('dpop', `${jkt}.${jti}`, expiresAt - now, now)
      if (!isNew) throw invalidProof('replayed')
      return jkt
    },
  }
}

function readHeader(request: FastifyRequest): string | undefined {
  try {
    return singleHeader(request, 'dpop')
  } catch (cause) {
    // RFC 9449 section 4.3, item 1.
    throw new OAuthError('invalid_dpop_proof', 'dpop_repeated', { cause })
  }
}

function checkNonce(nonce: string | undefined, deps: DpopProofsDeps): void {
  if (nonce === undefined ? !deps.nonceRequired : deps.nonces.isGood(nonce)) return
  throw new OAuthError('use_dpop_nonce', nonce === undefined ? 'nonce_missing' : 'nonce_unknown', {
    description: 'the DPoP proof needs the nonce of the header DPoP-Nonce',
  })
}

function invalidProof(fault: string): OAuthError {
  return new OAuthError('invalid_dpop_proof', `dpop_${fault}`, {
    description: 'the DPoP proof is not valid for this request',
  })
}
