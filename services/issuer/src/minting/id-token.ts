/** ID tokens: OpenID Connect Core sections 2 and 3.1.3.6; `sid` from Back-Channel Logout 1.0 section 2.1. */
import { hash } from 'node:crypto'
import type { AttributeRule, Client, User } from '@latchkey/directory'
import { type ClaimsRequest, type Clock, nowSeconds, TYP } from '@latchkey/protocol'
import type { SignInFacts } from './access-token.ts'
import type { ClientSigning } from './client-signing.ts'
import { personClaims } from './person-claims.ts'
import type { SubjectFor } from './subject.ts'

export interface IdTokenRequest {
  readonly client: Client
  readonly user: User
  readonly scope: string
  readonly session: SignInFacts
  readonly accessToken: string
  /** Of that access token. */
  readonly audience: string
  /** What the client may have and asked for by name. */
  readonly claims?: ClaimsRequest | undefined
  /** Echoed exactly; refreshed ID tokens have none (Core section 12.2). */
  readonly nonce?: string | undefined
  /** Of the secret with which the client asks. */
  readonly shownSecretId?: number | undefined
}

export interface IdTokenDeps {
  readonly issuer: string
  readonly signing: Pick<ClientSigning, 'sign'>
  readonly subjectFor: SubjectFor
  readonly clock: Clock
  /** Which attributes of people stand under which claim. Absent: none. */
  readonly attributes?: readonly AttributeRule[] | undefined
}

/** An ID token is read once, at sign-in; it is also the hint at sign-out, where its age does not matter. */
const LIFETIME_SECONDS = 600

/** Core section 3.1.3.6: the hash that belongs to the signature algorithm. Ed25519 uses SHA-512. */
const HASHES: Readonly<Record<Client['idTokenAlg'], 'sha256' | 'sha512'>> = {
  RS256: 'sha256',
  PS256: 'sha256',
  ES256: 'sha256',
  HS256: 'sha256',
  EdDSA: 'sha512',
}

export function idTokens(deps: IdTokenDeps) {
  return (request: IdTokenRequest): string => {
    const now = nowSeconds(deps.clock)
    const { client, user, session, claims, nonce } = request
    const alg = client.idTokenAlg
    const idToken = {
      // First, so that nothing of the profile could ever replace a protocol claim.
      ...personClaims(
        user,
        visibleScope(request, deps),
        Object.keys(claims?.id_token ?? {}),
        deps.attributes,
      ),
      iss: deps.issuer,
      sub: deps.subjectFor(client, user.sub),
      aud: client.id,
      iat: now,
      exp: now + LIFETIME_SECONDS,
      auth_time: session.authTime,
      acr: session.acr,
      amr: session.amr,
      sid: session.sid,
      at_hash: leftHalf(hash(HASHES[alg], request.accessToken, 'buffer')),
      ...(nonce !== undefined && { nonce }),
    }
    return deps.signing.sign(client, alg, TYP.idToken, idToken, request.shownSecretId)
  }
}

/**
 * Core section 5.4: where there is an access token, what the scopes open comes from user info; ID tokens travel through
 * browsers and come back in URLs, as hints. There are two exceptions. A token for a service opens no user info, so that
 * there would be no other way; and the operator's own apps show a name without one more request.
 */
function visibleScope({ client, audience, scope }: IdTokenRequest, deps: IdTokenDeps): string {
  return client.firstParty || audience !== deps.issuer ? scope : ''
}

function leftHalf(digest: Buffer): string {
  return digest.subarray(0, digest.length / 2).toString('base64url')
}
