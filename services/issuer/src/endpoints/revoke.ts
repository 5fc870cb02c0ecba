/** POST /revoke: token revocation, RFC 7009. */
import { LIMITS, machineSubject, nowSeconds, OAuthError } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyInstance } from 'fastify'
import type { AccessTokenReader } from '../access-token-reader.ts'
import {
  authenticateClient,
  type ClientAuthenticationDeps,
} from '../client-authentication/authenticate-client.ts'
import type { End } from '../end.ts'
import { type Parameters, required } from '../http/parameters.ts'
import type { RefreshTokens } from '../sessions/refresh-token.ts'

export interface RevokeDeps extends ClientAuthenticationDeps {
  readonly store: Pick<Store, 'families'>
  readonly refreshTokens: RefreshTokens
  readonly readAccessToken: AccessTokenReader
  readonly end: End
}

export function revoke(deps: RevokeDeps) {
  return async (app: FastifyInstance) => {
    app.post<{ Body: Parameters }>(
      '/revoke',
      { config: { cors: true } },
      async (request, reply) => {
        const client = await authenticateClient(request, request.body, deps)
        const text = required(request.body, 'token', LIMITS.tokenBytes)
        // `token_type_hint` would only say where to look first (section 2.1); the two kinds cannot be mistaken.
        const outcome =
          (await revokeRefreshToken(text, client.id, deps)) ??
          (await revokeAccessToken(text, client.id, deps))
        request.log.info({ client: client.id, outcome }, 'revocation')
        // RFC 7009 section 2.2: an unknown token is answered exactly like a revoked one.
        return await reply.code(200).send()
      },
    )
  }
}

type Outcome = 'session_ended' | 'token_ended' | 'unknown'

/** Section 2.1: the request is refused and the client is told; RFC 6749 section 5.2 has the word for it. */
function refuseForeign(): never {
  throw new OAuthError('invalid_grant', 'token_of_other_client', {
    description: 'the token was issued to another client',
  })
}

/** The whole session goes: its tokens, at every app, came from the same sign-in. */
async function revokeRefreshToken(
  text: string,
  clientId: string,
  deps: RevokeDeps,
): Promise<Outcome | undefined> {
  const facts = deps.refreshTokens.read(text)
  if (!facts) return undefined
  const found = await deps.store.families.peek(facts.familyId, nowSeconds(deps.clock))
  if (!found) return 'unknown'
  const { family } = found
  if (family.clientId !== clientId) refuseForeign()
  await deps.end({ kind: 'session', sid: family.sid }, 'token_revoked', {
    sub: family.sub,
    clientId,
    sid: family.sid,
  })
  return 'session_ended'
}

async function revokeAccessToken(
  text: string,
  clientId: string,
  deps: RevokeDeps,
): Promise<Outcome> {
  const read = await deps.readAccessToken(text)
  if (read.kind === 'invalid') return 'unknown'
  const { claims, subject } = read
  if (claims.client_id !== clientId) refuseForeign()
  await deps.end(
    // The person, not the pairwise subject: their entries stand in one partition of the log.
    { kind: 'token', jti: claims.jti, sub: subject, exp: claims.exp },
    'token_revoked',
    { sub: machineSubject(clientId), clientId },
  )
  return 'token_ended'
}
