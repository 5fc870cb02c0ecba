/** What the tokens of a request will be bound to: RFC 9449 section 5, RFC 8705 section 3. */
import type { Client } from '@latchkey/directory'
import { OAuthError } from '@latchkey/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ClientCertificates } from '../client-authentication/tls-certificates.ts'
import type { ProvenKeys } from '../minting/confirmation.ts'
import type { DpopProofs } from './dpop-proofs.ts'

export interface ProvenKeysDeps {
  readonly dpop: DpopProofs
  readonly certificates: ClientCertificates
}

/** @throws OAuthError invalid_dpop_proof, use_dpop_nonce; invalid_request when the client needs a proof and sent none */
export async function provenKeys(
  client: Client,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ProvenKeysDeps,
): Promise<ProvenKeys> {
  const dpopJkt = await deps.dpop.check(request, reply)
  if (dpopJkt === undefined && client.requireDpop) {
    // RFC 9449 section 5.2 names no code. Nothing is wrong with a proof that is not there: a part of the request is missing.
    throw new OAuthError('invalid_request', 'dpop_missing', {
      description: 'this client needs a DPoP proof',
    })
  }
  const certificate =
    client.authMethod === 'tls_client_auth' ? deps.certificates.of(request) : undefined
  const secretId = request.clientSecretId
  return {
    ...(secretId !== undefined && { secretId }),
    ...(dpopJkt !== undefined && { dpopJkt }),
    ...(certificate && { certificateHash: certificate.hash }),
  }
}
