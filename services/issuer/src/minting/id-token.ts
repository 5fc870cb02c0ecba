/** ID tokens: OpenID Connect Core sections 2 and 3.1.3.6; `sid` from Back-Channel Logout 1.0 section 2.1. */
import { createHash } from 'node:crypto'
import type { Client, User } from '@latchkey/directory'
import { type Clock, nowSeconds, TYP } from '@latchkey/protocol'
import { type SigningKeyRecord, signJwt } from '@latchkey/tokens'
import type { SignInFacts } from './access-token.ts'
import { personClaims } from './person-claims.ts'

export interface IdTokenRequest {
  readonly client: Client
  readonly user: User
  readonly scope: string
  readonly session: SignInFacts
  readonly accessToken: string
  /** Echoed exactly; refreshed ID tokens have none (Core section 12.2). */
  readonly nonce?: string
}

export interface IdTokenDeps {
  readonly issuer: string
  readonly activeKey: (alg: Client['idTokenAlg']) => SigningKeyRecord
  readonly clock: Clock
}

/** An ID token is read once, at sign-in; it is also the hint at sign-out, where its age does not matter. */
const LIFETIME_SECONDS = 600

export function idTokens(deps: IdTokenDeps) {
  return (request: IdTokenRequest): string => {
    const now = nowSeconds(deps.clock)
    const { client, session } = request
    return signJwt(deps.activeKey(client.idTokenAlg), TYP.idToken, {
      // First, so that nothing of the profile could ever replace a protocol claim.
      ...personClaims(request.user, request.scope),
      iss: deps.issuer,
      sub: request.user.sub,
      aud: client.id,
      iat: now,
      exp: now + LIFETIME_SECONDS,
      auth_time: session.authTime,
      acr: session.acr,
      amr: session.amr,
      sid: session.sid,
      at_hash: atHash(request.accessToken, client.idTokenAlg),
      ...(request.nonce !== undefined && { nonce: request.nonce }),
    })
  }
}

/** Core section 3.1.3.6: left half of the hash that belongs to the signature algorithm (Ed25519 uses SHA-512). */
function atHash(accessToken: string, alg: Client['idTokenAlg']): string {
  const digest = createHash(alg === 'EdDSA' ? 'sha512' : 'sha256')
    .update(accessToken)
    .digest()
  return digest.subarray(0, digest.length / 2).toString('base64url')
}
