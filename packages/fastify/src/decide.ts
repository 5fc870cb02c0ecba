/** Who calls, and may they: RFC 6750 section 2, docs/architecture.md. Decides and sends nothing. */
import type { FastifyRequest } from 'fastify'
import { isBearerSyntax, readCredentials } from './credentials.ts'
import { type DecideTicketDeps, decideTicket } from './decide-ticket.ts'
import { formBytes, readFormAhead } from './form-token.ts'
import { type Asked, judge, type Outcome } from './judge.ts'
import type { Refusal } from './refusal.ts'
import { needsSameOrigin, provenance } from './same-origin.ts'
import { isRenewable, type SessionSource } from './session-source.ts'

export interface DecideDeps extends DecideTicketDeps {
  /** Whether tokens that requests carry have to be bound to a key of theirs. */
  dpopRequired: boolean
}

/**
 * With a token in the header and a verifier in memory there is no promise; only forms, sessions and tokens that are ahead of
 * the verifier take turns of the event loop.
 */
export function decide(deps: DecideDeps, asked: Asked): Outcome | Promise<Outcome> {
  const { raw } = asked.request
  const bytes = formBytes(raw)
  if (bytes === 0) return decideWith(deps, asked, undefined)
  return readFormAhead(raw, bytes).then((form) => decideWith(deps, asked, form))
}

function decideWith(
  deps: DecideDeps,
  asked: Asked,
  form: URLSearchParams | undefined,
): Outcome | Promise<Outcome> {
  const { raw } = asked.request
  const credentials = readCredentials(raw, asked.route, form)
  switch (credentials.kind) {
    case 'malformed':
      return { kind: 'invalid_request', description: credentials.description }
    case 'none':
      if (deps.session === undefined) return { kind: 'no_credentials' }
      return decideSession(deps, deps.session, asked)
    case 'ticket':
      return decideTicket(deps, asked, credentials.ticket)
    case 'token': {
      // A page of another site may have got hold of a token, but does not get a socket. What is no page has no origin.
      if (isUpgrade(asked.request) && provenance(raw, deps.origins) === 'other') {
        return { kind: 'cross_origin' }
      }
      const outcome = judge(deps, asked, credentials, deps.dpopRequired)
      return outcome instanceof Promise ? outcome : orMalformed(outcome, credentials.token)
    }
  }
}

/** Looked at only when the token has been refused: reading each of its characters costs as much as verifying it again. */
function orMalformed(outcome: Outcome, token: string): Outcome {
  if (outcome.kind !== 'invalid_token' || isBearerSyntax(token)) return outcome
  return { kind: 'invalid_request', description: 'The access token has characters of no token' }
}

async function decideSession(
  deps: DecideDeps,
  session: SessionSource,
  asked: Asked,
): Promise<Outcome> {
  const { request, reply, route } = asked
  const challenge = async (
    why: 'signed_out' | 'ended' | 'weak',
    refusal: Refusal,
  ): Promise<Outcome> => {
    if (route.public || isUpgrade(request)) return refusal
    const answered = await session.challenge(request, reply, why, route.stepUp)
    return answered ? { kind: 'answered' } : refusal
  }
  // The app sealed it into the cookie itself: that is what it is bound to.
  const judgeSession = (token: string) =>
    judge(deps, asked, { kind: 'token', token, scheme: 'Bearer' }, false)
  const token = await session.accessToken(request, reply)
  if (token === undefined) return challenge('signed_out', { kind: 'no_credentials' })
  // A browser adds the cookie whoever makes it ask, so that somebody's page must not be enough (CSRF).
  if (needsSameOrigin(request.raw) && provenance(request.raw, deps.origins) !== 'same') {
    return { kind: 'cross_origin' }
  }
  const first = await judgeSession(token)
  if (first.kind === 'insufficient_user_authentication') return challenge('weak', first)
  if (first.kind !== 'invalid_token') return first
  if (!isUpgrade(request) && isRenewable(first.reason)) {
    const renewed = await session.renew(request, reply, first.reason)
    const second = renewed === undefined ? first : await judgeSession(renewed)
    if (second.kind === 'insufficient_user_authentication') return challenge('weak', second)
    if (second.kind !== 'invalid_token') return second
  }
  return challenge('ended', first)
}

export function isUpgrade(request: FastifyRequest): boolean {
  return request.raw.headers.upgrade !== undefined
}
