import type { ClaimsRequest, RoutesDetail } from '@latchkey/protocol'
import type { SessionRecord } from '@latchkey/store'
import { hasScope } from '../checks/scope.ts'
import type { AccessTokens, AsOf, SignInFacts } from '../minting/access-token.ts'
import type { ProvenKeys } from '../minting/confirmation.ts'
import { firstEnd } from '../minting/first-end.ts'
import type { idTokens } from '../minting/id-token.ts'
import type { SubjectFor } from '../minting/subject.ts'
import type { TokenResponse } from './grant.ts'
import { grantedDetails, narrowRoutes } from './narrowed-rights.ts'
import type { UserRights } from './user-rights.ts'

export interface PersonTokenRequest {
  readonly rights: UserRights
  readonly scope: string
  readonly asOf: AsOf
  /** The sign-in, and the seconds that nothing of it outlives. */
  readonly session: SignInFacts & Pick<SessionRecord, 'idleExpiresAt' | 'absoluteExpiresAt'>
  /** What the client may have besides the scopes and asked for by name. */
  readonly claims?: ClaimsRequest | undefined
  /** What the client narrows the rights to. */
  readonly details?: readonly RoutesDetail[] | undefined
  readonly nonce?: string | undefined
  readonly proven: ProvenKeys
}

export interface PersonTokenDeps {
  readonly accessTokens: AccessTokens
  readonly idToken: ReturnType<typeof idTokens>
  readonly subjectFor: SubjectFor
}

/** What a code and a refresh both give for a person: an access token and, with `openid`, an ID token. */
export async function personTokens(
  request: PersonTokenRequest,
  deps: PersonTokenDeps,
): Promise<TokenResponse> {
  const { rights, scope, asOf, session, claims, nonce, proven } = request
  const { client, user } = rights
  const { audience } = rights.service
  const routes = narrowRoutes(rights.routes, request.details, audience)
  const access = await deps.accessTokens.mint({
    ...rights,
    routes,
    // No service takes a pairwise subject; a client that has them has no services (its record is checked for that).
    sub: deps.subjectFor(client, user.sub),
    clientId: client.id,
    scope,
    asOf,
    session,
    notAfter: firstEnd(session.idleExpiresAt, session.absoluteExpiresAt, rights.until),
    proven,
  })
  return {
    access_token: access.token,
    token_type: access.tokenType,
    expires_in: access.expiresIn,
    // RFC 6749 appendix A.4: a scope is at least one word.
    ...(scope !== '' && { scope }),
    ...grantedDetails(routes, request.details, audience),
    ...(hasScope(scope, 'openid') && {
      id_token: deps.idToken({
        client,
        user,
        scope,
        session,
        accessToken: access.token,
        audience,
        claims,
        nonce,
        shownSecretId: proven.secretId,
      }),
    }),
  }
}
