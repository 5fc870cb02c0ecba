/** What a refused caller is told: RFC 6750 section 3. */
import { cleanDescription } from '@latchkey/protocol'
import type { RefusalReason } from '@latchkey/verifier'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isShown, pageFor, type RefusalPage } from './refusal-page.ts'

export type Refusal =
  | { readonly kind: 'no_credentials' }
  | { readonly kind: 'invalid_request'; readonly description: string }
  | { readonly kind: 'invalid_token'; readonly reason: RefusalReason }
  | { readonly kind: 'insufficient_scope'; readonly sub: string }
  /** A cookie was used from another site. */
  | { readonly kind: 'cross_origin' }
  | { readonly kind: 'unavailable'; readonly retryAfterSeconds: number }
  | { readonly kind: 'not_found' }

interface Answer {
  readonly status: number
  /** The parameters of the Bearer challenge after the realm; undefined: no challenge. */
  readonly challenge?: string
  readonly body?: Readonly<Record<string, string>>
  readonly retryAfterSeconds?: number
}

const INVALID_TOKEN = {
  error: 'invalid_token',
  error_description: 'The access token is not accepted',
} as const

export interface RefuseDeps {
  readonly realm: string
  readonly refusalPage: RefusalPage | undefined
}

/** Sends the answer of a refusal: as a page to a person who opens one, if the app has one, otherwise as JSON. */
export function refuse(
  { realm, refusalPage }: RefuseDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
): void {
  const answer = answerOf(refusal)
  reply.code(answer.status).header('cache-control', 'no-store')
  if (answer.challenge !== undefined) {
    reply.header('www-authenticate', `Bearer realm="${quote(realm)}"${answer.challenge}`)
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
      return bearerError(400, {
        error: 'invalid_request',
        error_description: cleanDescription(refusal.description),
      })
    case 'invalid_token':
      return refusedToken(refusal.reason)
    case 'insufficient_scope':
      return bearerError(403, {
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
        body: { error: 'temporarily_unavailable' },
        // Retry-After takes whole seconds (RFC 9110 section 10.2.3); 0 would ask for a storm.
        retryAfterSeconds: Math.max(1, Math.ceil(refusal.retryAfterSeconds)),
      }
    case 'not_found':
      return { status: 404, body: { error: 'not_found' } }
  }
}

/**
 * One answer for every reason, so that a forger learns nothing. `stale` alone is told: its token was good until the
 * caller's permissions changed, and a client that reads it refreshes at once and silently (DESIGN section 4).
 */
function refusedToken(reason: RefusalReason): Answer {
  return bearerError(401, reason === 'stale' ? { ...INVALID_TOKEN, reason } : INVALID_TOKEN)
}

/** The same facts as parameters of the challenge and as JSON, which scripts of other origins can read too. */
function bearerError(status: number, facts: Readonly<Record<string, string>>): Answer {
  const parameters = Object.entries(facts).map(([name, value]) => `, ${name}="${quote(value)}"`)
  return { status, challenge: parameters.join(''), body: facts }
}

/** quoted-string: RFC 9110 section 5.6.4. Header values are visible ASCII here, whatever the realm's setting holds. */
function quote(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')
}
