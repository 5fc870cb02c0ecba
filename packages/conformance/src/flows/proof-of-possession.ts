/** DPoP proofs: RFC 9449 section 4. */
import { createHash } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { Answer } from '../http/exchange.ts'
import { header } from '../rule/expect.ts'
import { signJwt } from './client-assertion.ts'
import { randomText } from './proof-key.ts'

export interface ProofKeyPair {
  readonly privateKey: JWK
  readonly publicKey: JWK
  /** RFC 7638 thumbprint: `jkt`. */
  readonly thumbprint: string
}

export async function proofKeyPair(alg = 'ES256'): Promise<ProofKeyPair> {
  const pair = await generateKeyPair(alg, { extractable: true })
  const [privateKey, publicKey] = [
    await exportJWK(pair.privateKey),
    await exportJWK(pair.publicKey),
  ]
  return {
    privateKey: { ...privateKey, alg },
    publicKey,
    thumbprint: await calculateJwkThumbprint(publicKey),
  }
}

export interface ProofChanges {
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
  readonly nonce?: string
  /** The access token that comes with it. */
  readonly accessToken?: string
}

export async function proof(
  keys: ProofKeyPair,
  method: string,
  url: string,
  changes: ProofChanges = {},
): Promise<string> {
  const { nonce, accessToken } = changes
  const claims = {
    jti: randomText(),
    htm: method,
    htu: url,
    iat: Math.floor(Date.now() / 1000),
    ...(nonce !== undefined && { nonce }),
    ...(accessToken !== undefined && {
      ath: createHash('sha256').update(accessToken).digest('base64url'),
    }),
    ...changes.claims,
  }
  const head = { typ: 'dpop+jwt', jwk: keys.publicKey, ...changes.header }
  return await signJwt(claims, keys.privateKey, { ...head, kid: undefined })
}

/** Sends with a proof, and once more when the answer asks for its nonce: section 8. */
export async function withProof(
  keys: ProofKeyPair,
  target: { readonly method: string; readonly url: string; readonly changes?: ProofChanges },
  send: (dpop: string) => Promise<Answer>,
): Promise<Answer> {
  const { method, url, changes = {} } = target
  const first = await send(await proof(keys, method, url, changes))
  const nonce = header(first, 'dpop-nonce')
  const wantsNonce = /use_dpop_nonce/.test(first.text + header(first, 'www-authenticate'))
  if (!wantsNonce || nonce === '') return first
  return await send(await proof(keys, method, url, { ...changes, nonce }))
}
