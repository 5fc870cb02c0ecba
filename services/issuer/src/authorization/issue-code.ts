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
import { hasScope } from '../checks/scope.ts'
import { allowedClaims } from '../minting/allowed-claims.ts'

export interface CodeIssueDeps {
  readonly store: Pick<Store, 'codes'>
  readonly clock: Clock
  readonly random: Random
  readonly codeSeconds: number
}

/**
 * An authorization code for a signed-in person: RFC 6749 section 4.1.2, bound to everything that it may be used with.
 * @param allowed the part of the consent scope that the person allows
 */
export async function issueCode(
  request: AuthorizationRequest,
  session: Pick<SessionRecord, 'sid' | 'sub' | 'authTime' | 'acr' | 'amr' | 'absoluteExpiresAt'>,
  allowed: string,
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
      scope: sharedScope(request.scope, allowed),
      audience: request.audience,
      ...(request.nonce !== undefined && { nonce: request.nonce }),
      ...(request.claims !== undefined && {
        claims: allowedClaims(request.claims, allowed),
      }),
      ...(request.details !== undefined && { details: request.details }),
      ...(request.dpopJkt !== undefined && { dpopJkt: request.dpopJkt }),
      ...(request.codeChallenge !== undefined && { codeChallenge: request.codeChallenge }),
      authTime: session.authTime,
      acr: session.acr,
      amr: session.amr,
      absoluteExpiresAt: session.absoluteExpiresAt,
      expiresAt: now + deps.codeSeconds,
    },
    now,
  )
  return code
}

function sharedScope(asked: string, allowed: string): string {
  const words = asked.split(' ').filter((word) => hasScope(allowed, word))
  return words.join(' ')
}
