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
  readonly signing: Pick<ClientSigning, 'secretKeysOf'>
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
  /** Such a token names no key, and the client may have two secrets. */
  async function withSecrets(text: string): Promise<JwtOutcome[]> {
    const keys = await secretKeys(text, deps)
    return keys.map((key) => verify(text, new Map([[key.kid, key]])))
  }
  return {
    read: async (text) => {
      const ofIssuer = verify(text, deps.ring.hintKeys())
      // Only a hint that no key pair of ours has signed is worth a look at SQL: signing out must go on without it.
      const outcomes = ofIssuer.kind === 'valid' ? [ofIssuer] : await withSecrets(text)
      const outcome = outcomes.find(({ kind }) => kind === 'valid')
      if (outcome?.kind !== 'valid') return undefined
      const { sub, aud, sid } = outcome.claims
      if (typeof sub !== 'string' || typeof aud !== 'string') return undefined
      return { sub, clientId: aud, sid: typeof sid === 'string' ? sid : undefined }
    },
  }
}

/**
 * The secrets of the client that the hint says it is for, if that client's ID tokens are signed with them. Each key is good for
 * this one audience, so a client can write hints of its own only, which it could have kept as well.
 */
async function secretKeys(text: string, deps: IdTokenHintDeps): Promise<readonly KeyRecord[]> {
  const clientId = unverifiedAudience(text)
  const client = clientId === undefined ? undefined : await deps.clients.find(clientId)
  return client ? deps.signing.secretKeysOf(client) : []
}

/** Only chooses whose secret is tried; nothing else of an unverified token is looked at. */
function unverifiedAudience(text: string): string | undefined {
  const decoded = decodeJwt(text)
  if (decoded.kind === 'invalid') return undefined
  const { aud } = decoded.claims
  return typeof aud === 'string' && aud.length <= LIMITS.clientIdChars ? aud : undefined
}
