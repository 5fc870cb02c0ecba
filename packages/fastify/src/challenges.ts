/** The beginnings of `WWW-Authenticate`: RFC 6750 section 3, RFC 9449 section 7.1, RFC 9728 section 5.1. */
import { DPOP_ALGS } from '@latchkey/verifier'
import type { FastifyRequest } from 'fastify'
import { isDpopScheme } from './credentials.ts'
import type { Refusal } from './refusal.ts'

/** The beginnings of both challenges: the scheme, and what a client needs to know before it tries again. */
export interface Challenges {
  readonly bearer: string
  readonly dpop: string
  /** Whether bearer tokens are not taken at all. */
  readonly alwaysDpop: boolean
}

export function challengesOf(
  realm: string,
  metadata: URL | undefined,
  alwaysDpop: boolean,
): Challenges {
  const common = ` realm="${quote(realm)}"${metadata ? `, resource_metadata="${quote(metadata.href)}"` : ''}`
  return {
    bearer: `Bearer${common}`,
    dpop: `DPoP${common}, algs="${DPOP_ALGS.join(' ')}"`,
    alwaysDpop,
  }
}

/** Whoever came with the scheme DPoP, or should have, is told how to. */
export function wantsProof(request: FastifyRequest, refusal: Refusal): boolean {
  return (
    refusal.kind === 'invalid_dpop_proof' ||
    (refusal.kind === 'invalid_token' && refusal.reason === 'bound_as_bearer') ||
    isDpopScheme(request.headers.authorization ?? '')
  )
}

/** quoted-string: RFC 9110 section 5.6.4. Header values are visible ASCII here, whatever the realm's setting holds. */
export function quote(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')
}
