/** What a refused caller is told: RFC 6750 section 3, RFC 9449 section 7.1, RFC 9470 section 3. */
import { cleanDescription } from '@latchkey/protocol'
import type { PossessionFault, RefusalReason } from '@latchkey/verifier'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Challenges, quote, wantsProof } from './challenges.ts'
import type { TicketFault } from './decide-ticket.ts'
import { isShown, pageFor, type RefusalPage } from './refusal-page.ts'
import type { StepUp } from './step-up.ts'

/** Why a token was refused; for the log. */
export type TokenRefusal = RefusalReason | PossessionFault | TicketFault

export type Refusal =
  | { readonly kind: 'no_credentials' }
  | { readonly kind: 'invalid_request'; readonly description: string }
  | { readonly kind: 'invalid_token'; readonly reason: TokenRefusal }
  /** The token may be good; the proof that the caller holds its key is not. */
  | { readonly kind: 'invalid_dpop_proof'; readonly reason: PossessionFault }
  /** The sign-in behind the token is too weak or too long ago for this route. */
  | { readonly kind: 'insufficient_user_authentication'; readonly stepUp: StepUp }
  | { readonly kind: 'insufficient_scope'; readonly sub: string }
  /** A cookie was used from another site. */
  | { readonly kind: 'cross_origin' }
  | {
      readonly kind: 'unavailable'
      readonly retryAfterSeconds: number
      /** What is not ready; absent: something behind the service. */
      readonly reason?: 'verifier_stale'
    }
  | { readonly kind: 'not_found' }

interface Answer {
  readonly status: number
  /** The parameters of the challenge after those that are always the same; undefined: no challenge. */
  readonly challenge?: string
  readonly body?: Readonly<Record<string, string>>
  readonly retryAfterSeconds?: number
}

const INVALID_TOKEN = {
  error: 'invalid_token',
  error_description: 'The access token is not accepted',
} as const

export interface RefuseDeps {
  readonly challenges: Challenges
  readonly refusalPage: RefusalPage | undefined
}

/** Sends the answer of a refusal: as a page to a person who opens one, if the app has one, otherwise as JSON. */
export function refuse(
  deps: RefuseDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
): void {
  const { challenges, refusalPage } = deps
  const answer = answerOf(refusal)
  reply.code(answer.status).header('cache-control', 'no-store')
  if (answer.challenge !== undefined) {
    const scheme = challenges.alwaysDpop || wantsProof(request, refusal) ? 'dpop' : 'bearer'
    reply.header('www-authenticate', challenges[scheme] + answer.challenge)
  }
  if (answer.retryAfterSeconds !== undefined) reply.header('retry-after', answer.retryAfterSeconds)
  if (refusalPage === undefined || !isShown(request.raw)) {
    sendFacts(reply, answer)
    return
  }
  const { kind } = refusal
  void pageFor(refusalPage, request, reply, { kind, status: answer.status }).then((page) => {
    if (page === undefined) sendFacts(reply, answer)
    else reply.type('text/html; charset=utf-8').send(page)
  })
}

/** Text already: a response schema of the route must not change it. */
function sendFacts(reply: FastifyReply, { body }: Answer): void {
  if (body === undefined) reply.send()
  else reply.type('application/json; charset=utf-8').send(JSON.stringify(body))
}

function answerOf(refusal: Refusal): Answer {
  switch (refusal.kind) {
    case 'no_credentials':
      // RFC 6750 section 3.1: no error code for a request that did not try.
      return { status: 401, challenge: '' }
    case 'invalid_request':
      return tokenError(400, {
        error: 'invalid_request',
        error_description: cleanDescription(refusal.description),
      })
    case 'invalid_token':
      return refusedToken(refusal.reason)
    case 'invalid_dpop_proof':
      return tokenError(401, {
        error: 'invalid_dpop_proof',
        error_description: 'The proof of possession is not accepted',
      })
    case 'insufficient_user_authentication':
      return weakSignIn(refusal.stepUp)
    case 'insufficient_scope':
      return tokenError(403, {
        error: 'insufficient_scope',
        error_description: 'The caller may not call this route',
      })
    case 'cross_origin':
      return {
        status: 403,
        body: {
          error: 'cross_origin',
          error_description:
            'A request on the strength of a cookie has to come from the own origin',
        },
      }
    case 'unavailable':
      return {
        status: 503,
        body: {
          error: 'temporarily_unavailable',
          ...(refusal.reason !== undefined && { reason: refusal.reason }),
        },
        // Retry-After takes whole seconds (RFC 9110 section 10.2.3); 0 would ask for a storm.
        retryAfterSeconds: Math.max(1, Math.ceil(refusal.retryAfterSeconds)),
      }
    case 'not_found':
      return { status: 404, body: { error: 'not_found' } }
  }
}

/**
 * One answer for every reason, so that a forger learns nothing. `stale` alone is told: its token was good until the
 * caller's permissions changed, and a client that reads it refreshes at once and silently (packages/permissions/README.md).
 */
function refusedToken(reason: TokenRefusal): Answer {
  return tokenError(401, reason === 'stale' ? { ...INVALID_TOKEN, reason } : INVALID_TOKEN)
}

/** RFC 9470 section 3: what the client should ask the issuer for. */
function weakSignIn({ acrValues, maxAgeSeconds }: StepUp): Answer {
  return tokenError(401, {
    error: 'insufficient_user_authentication',
    error_description: 'A stronger or more recent sign-in is needed',
    ...(acrValues.length > 0 && { acr_values: acrValues.join(' ') }),
    ...(maxAgeSeconds !== undefined && { max_age: String(maxAgeSeconds) }),
  })
}

/** The same facts as parameters of the challenge and as JSON, which scripts of other origins can read too. */
function tokenError(status: number, facts: Readonly<Record<string, string>>): Answer {
  const parameters = Object.entries(facts).map(([name, value]) => `, ${name}="${quote(value)}"`)
  return { status, challenge: parameters.join(''), body: facts }
}
