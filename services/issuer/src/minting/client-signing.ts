/** JWTs that one client reads, signed as it registered: OpenID Connect Core sections 2, 5.3.2 and 10.1. */
import type { Client, ClientSecret, ClientSecrets } from '@latchkey/directory'
import { clientSecretKey, type PlainTyp, type SigningKeyRecord, signJwt } from '@latchkey/tokens'
import type { SigningKeyRing } from '../keys/signing-keys.ts'

/** Discovery promises these, and a client may register any of them. */
export const CLIENT_SIGNING_ALGS: readonly Client['idTokenAlg'][] = [
  'RS256',
  'PS256',
  'ES256',
  'EdDSA',
  'HS256',
]

export interface ClientSigning {
  /**
   * ID tokens, logout tokens, user info, introspection answers: whatever is for this client alone. With HS256 by the secret that the
   * client has shown with the request, so that it has the one to verify with; when it has shown none, by the oldest that is good.
   */
  sign(
    client: Client,
    alg: Client['idTokenAlg'],
    typ: PlainTyp,
    claims: Readonly<Record<string, unknown>>,
    shownSecretId?: number,
  ): string
  /** The keys of a client that has its ID tokens signed with its secret, newest first; none of every other client. */
  secretKeysOf(client: Client): readonly SigningKeyRecord[]
}

export interface ClientSigningDeps {
  readonly issuer: string
  readonly keys: Pick<SigningKeyRing, 'activeKey'>
  readonly clientSecrets: Pick<ClientSecrets, 'live' | 'open'>
}

export function clientSigning(deps: ClientSigningDeps): ClientSigning {
  /** The directory gives the same object for as long as a client is the same; unsealing and importing take 10 µs. */
  const known = new WeakMap<ClientSecret, SigningKeyRecord>()

  function secretKeys(client: Client): { id: number; key: SigningKeyRecord }[] {
    return deps.clientSecrets.live(client).flatMap((secret) => {
      const key = known.get(secret) ?? importSecret(client, secret)
      if (key !== undefined) known.set(secret, key)
      return key === undefined ? [] : { id: secret.id, key }
    })
  }
  /** Undefined when its digest alone is known: it has never signed. */
  function importSecret(client: Client, stored: ClientSecret): SigningKeyRecord | undefined {
    const secret = deps.clientSecrets.open(client, stored)
    if (secret === undefined) return undefined
    return clientSecretKey({ secret, clientId: client.id, issuer: deps.issuer })
  }
  function secretKey(client: Client, shownSecretId: number | undefined): SigningKeyRecord {
    const all = secretKeys(client)
    // Wherever the client runs it has had the older one; the newer one is still being brought there.
    const chosen = all.find(({ id }) => id === shownSecretId) ?? all.at(-1)
    if (chosen === undefined) {
      throw new Error(`the client ${client.id} was saved for HS256 without its secret`)
    }
    return chosen.key
  }
  return {
    sign: (client, alg, typ, claims, shownSecretId) => {
      const isSecret = alg === 'HS256'
      const key = isSecret ? secretKey(client, shownSecretId) : deps.keys.activeKey(alg)
      return signJwt(key, typ, claims)
    },
    // Asked of the client's own record: a token that says HS256 must not make a secret a key.
    secretKeysOf: (client) =>
      client.idTokenAlg === 'HS256' ? secretKeys(client).map(({ key }) => key) : [],
  }
}
