/** POST /session/ticket: an app asks for its page's ticket to /session/events. docs/protocol/session-events.md */
import {
  type Clock,
  isUserSubject,
  LIMITS,
  nowSeconds,
  OAuthError,
  partitionOfSession,
} from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import {
  authenticateClient,
  type ClientAuthenticationDeps,
} from '../client-authentication/authenticate-client.ts'
import { type Parameters, required } from '../http/parameters.ts'
import type { RefreshTokens } from '../minting/refresh-token.ts'
import type { AccessTokenReader } from '../reading/access-token-reader.ts'
import {
  type SessionTicket,
  type SessionTickets,
  TICKET_SECONDS,
} from '../session-events/session-tickets.ts'

export interface SessionTicketDeps extends ClientAuthenticationDeps {
  readonly store: Pick<Store, 'families'>
  readonly refreshTokens: Pick<RefreshTokens, 'read'>
  readonly readAccessToken: AccessTokenReader
  readonly tickets: Pick<SessionTickets, 'issue'>
  readonly clock: Clock
}

/** The client shows a token of the session that it was given itself: the refresh token is looked at and not redeemed. */
export function sessionTicket(deps: SessionTicketDeps) {
  const address = `${deps.issuer}/session/events`
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>(
      '/session/ticket',
      { config: { cors: true } },
      async (request, reply) => {
        const client = await authenticateClient(request, request.body, deps)
        const token = required(request.body, 'token', LIMITS.tokenBytes)
        const session =
          (await byRefreshToken(token, client.id, deps)) ??
          (await byAccessToken(token, client.id, deps))
        const ticket = await deps.tickets.issue(session, TICKET_SECONDS)
        return await reply.send({ ticket, expires_in: TICKET_SECONDS, events_endpoint: address })
      },
    )
  }
}

/** Undefined for what is no refresh token of ours. @throws OAuthError invalid_grant */
async function byRefreshToken(
  token: string,
  clientId: string,
  { refreshTokens, store, clock }: SessionTicketDeps,
): Promise<SessionTicket | undefined> {
  const facts = refreshTokens.read(token)
  if (facts === undefined) return undefined
  const found = await store.families.peek(facts.familyId, nowSeconds(clock))
  if (found === undefined) throw new OAuthError('invalid_grant', 'session_ended')
  const { family } = found
  if (family.clientId !== clientId) throw foreignToken()
  return { clientId, sid: family.sid, sub: family.sub }
}

async function byAccessToken(
  token: string,
  clientId: string,
  { readAccessToken }: SessionTicketDeps,
): Promise<SessionTicket> {
  const read = await readAccessToken(token)
  if (read.kind === 'invalid') throw new OAuthError('invalid_grant', read.reason)
  const { claims, subject } = read
  if (claims.client_id !== clientId) throw foreignToken()
  const { sid = '' } = claims
  if (partitionOfSession(sid) === undefined || !isUserSubject(subject)) {
    throw new OAuthError('invalid_grant', 'token_without_session')
  }
  return { clientId, sid, sub: subject }
}

function foreignToken(): OAuthError {
  return new OAuthError('invalid_grant', 'token_of_other_client', {
    description: 'the token was issued to another client',
  })
}
