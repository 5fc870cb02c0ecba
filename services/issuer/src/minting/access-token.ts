/** Access tokens: RFC 9068 section 2, packages/tokens/README.md. */
import type { Service, StoredService } from '@latchkey/directory'
import {
  type AccessTokenClaims,
  type ActorClaim,
  LIMITS,
  type Position,
  type Random,
  randomId,
} from '@latchkey/protocol'
import { type SigningKeyRecord, signAccessToken } from '@latchkey/tokens'
import type { WriteRoutes } from '../rights/routes-claim.ts'
import type { StatusPlaces } from '../status-lists/status-places.ts'
import { confirmation, type ProvenKeys, tokenType } from './confirmation.ts'

export interface AccessTokenRequest {
  readonly service: StoredService
  readonly sub: string
  readonly clientId: string
  readonly scope: string
  readonly asOf: AsOf
  /** Grants, however many. */
  readonly routes: readonly string[]
  readonly session?: SignInFacts
  readonly act?: ActorClaim | undefined
  /** What the token is bound to. */
  readonly proven: ProvenKeys
  /** Second that the token must not outlive: the session's last, or that of the token it was exchanged for. */
  readonly notAfter?: number
}

/** When a token is made; both are read before everything that it is made from. */
export interface AsOf {
  /** From the store: an entry behind it ends the token (docs/architecture.md). */
  readonly rev: Position
  /** Second. A process that sleeps in between must not date a token later: its entry would be gone before it. */
  readonly now: number
}

/** What a token says about the sign-in behind it; never changed by a refresh. */
export interface SignInFacts {
  readonly sid: string
  readonly authTime: number
  readonly acr: string
  readonly amr: readonly string[]
}

export interface MintedToken {
  readonly token: string
  readonly tokenType: 'Bearer' | 'DPoP'
  readonly expiresIn: number
}

export interface AccessTokens {
  /**
   * @throws StoreUnavailable when a token needs a place in a status list and can have none
   * @throws OAuthError server_error when the rights cannot be written down (`WriteRoutes`)
   */
  mint(request: AccessTokenRequest): Promise<MintedToken>
}

export interface AccessTokenDeps {
  readonly issuer: string
  readonly signingKeyOf: (service: Service) => SigningKeyRecord
  readonly placeFor: StatusPlaces
  readonly writeRoutes: WriteRoutes
  readonly random: Random
}

export function accessTokens(deps: AccessTokenDeps): AccessTokens {
  return {
    mint: async (request) => {
      const { service, session } = request
      const { rev, now } = request.asOf
      const cnf = confirmation(request.proven)
      const routes = await deps.writeRoutes(service, request.routes)
      const lifetime = Math.min(service.accessTokenSeconds, LIMITS.accessTokenMaxSeconds)
      const exp = Math.min(now + lifetime, request.notAfter ?? Number.POSITIVE_INFINITY)
      const key = deps.signingKeyOf(service)
      const claims: AccessTokenClaims = {
        iss: deps.issuer,
        sub: request.sub,
        aud: service.audience,
        client_id: request.clientId,
        iat: now,
        exp,
        jti: randomId(deps.random),
        scope: request.scope,
        rev: [rev.partition, rev.epoch, rev.offset],
        routes,
        ...(session && {
          sid: session.sid,
          auth_time: session.authTime,
          acr: session.acr,
          amr: session.amr,
        }),
        ...(request.act && { act: request.act }),
        ...(cnf && { cnf }),
      }
      const status = service.statusList ? await deps.placeFor(claims, key.kid) : undefined
      const token = signAccessToken(key, { ...claims, ...(status && { status }) })
      return { token, tokenType: tokenType(cnf), expiresIn: exp - now }
    },
  }
}
