/** `id_token_hint`: OpenID Connect Core section 3.1.2.1, RP-Initiated Logout section 2. */
import { type Clock, nowSeconds, TYP } from '@latchkey/protocol'
import { verifyJwt } from '@latchkey/tokens'
import type { SigningKeyRing } from './keys/signing-keys.ts'

export interface IdTokenHint {
  readonly sub: string
  readonly clientId: string
  readonly sid: string | undefined
}

export interface IdTokenHints {
  /** Undefined unless this issuer signed it as an ID token. Its age does not matter: it is a hint, not a credential. */
  read(text: string): IdTokenHint | undefined
}

export interface IdTokenHintDeps {
  readonly issuer: string
  readonly keys: Pick<SigningKeyRing, 'verificationKeys'>
  readonly clock: Clock
}

export function idTokenHints(deps: IdTokenHintDeps): IdTokenHints {
  return {
    read: (text) => {
      const outcome = verifyJwt(text, {
        keys: deps.keys.verificationKeys(),
        typ: TYP.idToken,
        issuer: deps.issuer,
        nowSeconds: nowSeconds(deps.clock),
        allowExpired: true,
      })
      if (outcome.kind === 'invalid') return undefined
      const { sub, aud, sid } = outcome.claims
      if (typeof sub !== 'string' || typeof aud !== 'string') return undefined
      return { sub, clientId: aud, sid: typeof sid === 'string' ? sid : undefined }
    },
  }
}
