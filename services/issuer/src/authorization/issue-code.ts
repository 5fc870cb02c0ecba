import {
  type Clock,
  newCode,
  nowSeconds,
  OAuthError,
  partitionOfSession,
  type Random,
} from '@latchkey/protocol'
import type { SessionRecord, Store } from '@latchkey/store'
import type { AuthorizationRequest } from '../checks/authorization-request.ts'
import { allowedClaims } from '../minting/allowed-claims.ts'

export interface CodeIssueDeps {
  readonly store: Pick<Store, 'codes'>
  readonly clock: Clock
  readonly random: Random
  readonly codeSeconds: number
}

/**
 * An authorization code for a signed-in person: RFC 6749 section 4.1.2, bound to everything that it may be used with.
 * @param scope the part of the asked one that the person allows
 */
export async function issueCode(
  request: AuthorizationRequest,
  session: Pick<SessionRecord, 'sid' | 'sub' | 'authTime' | 'acr' | 'amr'>,
  scope: string,
  deps: CodeIssueDeps,
): Promise<string> {
  const now = nowSeconds(deps.clock)
  const partition = partitionOfSession(session.sid)
  if (partition === undefined) throw new OAuthError('server_error', 'session_id_malformed')
  const code = newCode(deps.random, partition)
  await deps.store.codes.save(
    code,
    {
      clientId: request.client.id,
      redirectUri: request.redirectUri,
      sid: session.sid,
      sub: session.sub,
      scope,
      audience: request.audience,
      ...(request.nonce !== undefined && { nonce: request.nonce }),
      ...(request.claims !== undefined && {
        claims: allowedClaims(request.claims, request.client, {
          asked: request.scope,
          allowed: scope,
        }),
      }),
      ...(request.details !== undefined && { details: request.details }),
      ...(request.dpopJkt !== undefined && { dpopJkt: request.dpopJkt }),
      ...(request.codeChallenge !== undefined && { codeChallenge: request.codeChallenge }),
      authTime: session.authTime,
      acr: session.acr,
      amr: session.amr,
      expiresAt: now + deps.codeSeconds,
    },
    now,
  )
  return code
}
