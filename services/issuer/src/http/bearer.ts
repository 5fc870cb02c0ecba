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

/**
 * Gives the challenge of a resource: RFC 6750 section 3, RFC 9449 section 7.1. `scope` is what the resource needs. Without an error
 * the request had no credentials, and both schemes are offered.
 */
export function bearerChallenge(realm: string, scope?: string) {
  const bearer = `Bearer realm="${realm}"`
  const dpop = `DPoP realm="${realm}", ${PROOF_ALGS}`
  return (error: OAuthError | undefined, request: FastifyRequest): string => {
    if (error === undefined) return `${bearer}, ${dpop}`
    const isDpop = isAboutProof(error) || schemeOf(request.headers.authorization ?? '') === 'DPoP'
    const needed =
      error.code === 'insufficient_scope' && scope !== undefined ? `, scope="${scope}"` : ''
    const reason = isStale(error) ? `, reason="${error.reason}"` : ''
    return `${isDpop ? dpop : bearer}, error="${error.code}"${needed}${reason}`
  }
}

/** RFC 9449 section 7.1: at a resource a bad proof is a failed authentication, 401. */
function isAboutProof({ code }: OAuthError): boolean {
  return code === 'invalid_dpop_proof' || code === 'use_dpop_nonce'
}

/** Error handler of what is closed by an access token. */
export function sendBearerError(realm: string, scope?: string) {
  const challenge = bearerChallenge(realm, scope)
  return (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => {
    // RFC 6750 section 3.1: a request without credentials gets no error code.
    if (thrown instanceof NoCredentials) {
      return reply.code(401).header('www-authenticate', challenge(undefined, request)).send()
    }
    const error = toOAuthError(thrown)
    if (error.status >= 500) return sendOAuthError(thrown, request, reply)
    logError(request, error)
    return reply
      .code(isAboutProof(error) ? 401 : statusOf(thrown, error))
      .header('www-authenticate', challenge(error, request))
      .send(errorBody(error))
  }
}
