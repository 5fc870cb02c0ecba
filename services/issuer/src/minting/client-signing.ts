/** JWTs that one client reads, signed as it registered: OpenID Connect Core sections 2, 5.3.2 and 10.1. */
import type { Client, Clients } from '@latchkey/directory'
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
  /** ID tokens, logout tokens, user info, introspection answers: whatever is for this client alone. */
  sign(
    client: Client,
    alg: Client['idTokenAlg'],
    typ: PlainTyp,
    claims: Readonly<Record<string, unknown>>,
  ): string
  /** The key of a client that has its ID tokens signed with its secret; undefined for every other client. */
  secretKeyOf(client: Client): SigningKeyRecord | undefined
}

export interface ClientSigningDeps {
  readonly issuer: string
  readonly keys: Pick<SigningKeyRing, 'activeKey'>
  readonly clients: Pick<Clients, 'secretOf'>
}

export function clientSigning(deps: ClientSigningDeps): ClientSigning {
  /** The directory gives the same object for as long as a client is the same; unsealing and importing take 10 µs. */
  const known = new WeakMap<Client, SigningKeyRecord>()

  function secretKey(client: Client): SigningKeyRecord {
    const key = known.get(client) ?? importSecret(client)
    known.set(client, key)
    return key
  }
  function importSecret(client: Client): SigningKeyRecord {
    const secret = deps.clients.secretOf(client)
    if (secret === undefined) {
      throw new Error(`the client ${client.id} was saved for HS256 without its secret`)
    }
    return clientSecretKey({ secret, clientId: client.id, issuer: deps.issuer })
  }
  return {
    sign: (client, alg, typ, claims) =>
      signJwt(alg === 'HS256' ? secretKey(client) : deps.keys.activeKey(alg), typ, claims),
    // Asked of the client's own record: a token that says HS256 must not make a secret a key.
    secretKeyOf: (client) => (client.idTokenAlg === 'HS256' ? secretKey(client) : undefined),
  }
}
