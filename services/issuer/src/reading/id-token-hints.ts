/** `id_token_hint`: OpenID Connect Core section 3.1.2.1, RP-Initiated Logout section 2. */
import type { Clients } from '@latchkey/directory'
import { type Clock, LIMITS, nowSeconds, TYP } from '@latchkey/protocol'
import { decodeJwt, type JwtOutcome, type KeyRecord, verifyJwt } from '@latchkey/tokens'
import type { SigningKeyRing } from '../keys/signing-keys.ts'
import type { ClientSigning } from '../minting/client-signing.ts'

export interface IdTokenHint {
  /** The person as the client knows them: a pairwise subject of a pairwise client. */
  readonly sub: string
  readonly clientId: string
  readonly sid: string | undefined
}

export interface IdTokenHints {
  /** Undefined unless this issuer signed it as an ID token. Its age does not matter: it is a hint, not a credential. */
  read(text: string): Promise<IdTokenHint | undefined>
}

export interface IdTokenHintDeps {
  readonly issuer: string
  readonly ring: Pick<SigningKeyRing, 'hintKeys'>
  readonly clients: Pick<Clients, 'find'>
  readonly signing: Pick<ClientSigning, 'secretKeyOf'>
  readonly clock: Clock
}

export function idTokenHints(deps: IdTokenHintDeps): IdTokenHints {
  const verify = (text: string, keys: ReadonlyMap<string, KeyRecord>): JwtOutcome =>
    verifyJwt(text, {
      keys,
      typ: TYP.idToken,
      issuer: deps.issuer,
      nowSeconds: nowSeconds(deps.clock),
      allowExpired: true,
    })
  return {
    read: async (text) => {
      const ofIssuer = verify(text, deps.ring.hintKeys())
      // Only a hint that no key pair of ours has signed is worth a look at SQL: signing out must go on without it.
      const outcome =
        ofIssuer.kind === 'valid' ? ofIssuer : verify(text, await secretKeys(text, deps))
      if (outcome.kind === 'invalid') return undefined
      const { sub, aud, sid } = outcome.claims
      if (typeof sub !== 'string' || typeof aud !== 'string') return undefined
      return { sub, clientId: aud, sid: typeof sid === 'string' ? sid : undefined }
    },
  }
}

/**
 * The secret of the client that the hint says it is for, if that client's ID tokens are signed with it. The key is good for
 * this one audience, so a client can write hints of its own only, which it could have kept as well.
 */
async function secretKeys(
  text: string,
  deps: IdTokenHintDeps,
): Promise<ReadonlyMap<string, KeyRecord>> {
  const clientId = unverifiedAudience(text)
  const client = clientId === undefined ? undefined : await deps.clients.find(clientId)
  const record = client && deps.signing.secretKeyOf(client)
  return new Map(record && [[record.kid, record]])
}

/** Only chooses whose secret is tried; nothing else of an unverified token is looked at. */
function unverifiedAudience(text: string): string | undefined {
  const decoded = decodeJwt(text)
  if (decoded.kind === 'invalid') return undefined
  const { aud } = decoded.claims
  return typeof aud === 'string' && aud.length <= LIMITS.clientIdChars ? aud : undefined
}
