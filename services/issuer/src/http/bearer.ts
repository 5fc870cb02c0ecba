/** Access tokens at the issuer's own resources, and what goes wrong with them: RFC 6750 sections 2.1 and 3, RFC 9449 section 7. */
import { OAuthError } from '@latchkey/protocol'
import { DPOP_ALGS } from '@latchkey/tokens'
import type { FastifyReply, FastifyRequest } from 'fastify'
import {
  errorBody,
  isStale,
  logError,
  sendOAuthError,
  statusOf,
  toOAuthError,
} from './oauth-errors.ts'
import { singleHeader } from './single-header.ts'

export interface PresentedToken {
  readonly scheme: 'Bearer' | 'DPoP'
  readonly token: string
}

const SCHEMES = { bearer: 'Bearer', dpop: 'DPoP' } as const

/** The token of the header; undefined when the header is absent or speaks another scheme. */
export function presentedToken(request: FastifyRequest): PresentedToken | undefined {
  const header = singleHeader(request, 'authorization') ?? ''
  const scheme = schemeOf(header)
  if (scheme === undefined) return undefined
  const [, token] = /^\w+ +([A-Za-z0-9._~+/-]+=*)$/.exec(header) ?? []
  if (token === undefined) throw new OAuthError('invalid_request', 'access_token_malformed')
  return { scheme, token }
}

function schemeOf(header: string): PresentedToken['scheme'] | undefined {
  const [, name] = /^(bearer|dpop)(?: |$)/i.exec(header) ?? []
  return name === undefined ? undefined : SCHEMES[name.toLowerCase() as keyof typeof SCHEMES]
}

export class NoCredentials extends Error {}

const PROOF_ALGS = `algs="${DPOP_ALGS.join(' ')}"`

/** Error handler of what is closed by an access token. `scope` is what the resource needs. */
export function sendBearerError(realm: string, scope?: string) {
  const bearer = `Bearer realm="${realm}"`
  const dpop = `DPoP realm="${realm}", ${PROOF_ALGS}`
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    // RFC 6750 section 3.1: a request without credentials gets no error code.
    if (thrown instanceof NoCredentials) {
      return reply.code(401).header('www-authenticate', `${bearer}, ${dpop}`).send()
    }
    const error = toOAuthError(thrown)
    if (error.status >= 500) return sendOAuthError(thrown, request, reply)
    logError(request, error)
    const aboutProof = error.code === 'invalid_dpop_proof' || error.code === 'use_dpop_nonce'
    const isDpop = aboutProof || schemeOf(request.headers.authorization ?? '') === 'DPoP'
    const needed =
      error.code === 'insufficient_scope' && scope !== undefined ? `, scope="${scope}"` : ''
    const reason = isStale(error) ? `, reason="${error.reason}"` : ''
    return (
      reply
        // RFC 9449 section 7.1: at a resource a bad proof is a failed authentication.
        .code(aboutProof ? 401 : statusOf(thrown, error))
        .header(
          'www-authenticate',
          `${isDpop ? dpop : bearer}, error="${error.code}"${needed}${reason}`,
        )
        .send(errorBody(error))
    )
  }
}
