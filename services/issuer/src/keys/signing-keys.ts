/** The issuer's own key pairs: for ID tokens, logout tokens and services that chose an asymmetric algorithm. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import type { SigningKeys, StoredKey } from '@latchkey/directory'
import { type Clock, nowSeconds, type Random } from '@latchkey/protocol'
import {
  generateSigningKey,
  type KeyRecord,
  keyMap,
  publicJwks,
  type SigningKeyRecord,
} from '@latchkey/tokens'
import { unwrapKey, wrapKey } from './key-wrapping.ts'

export type KeyPairAlg = StoredKey['alg']

export interface SigningKeyRing {
  activeKey(alg: KeyPairAlg): SigningKeyRecord
  /** By kid: everything that may still have signed a living token. */
  verificationKeys(): ReadonlyMap<string, KeyRecord>
  /** The JWK set of /jwks. */
  publicKeys(): { readonly keys: readonly Record<string, unknown>[] }
}

export interface SigningKeyDeps {
  readonly issuer: string
  readonly stored: SigningKeys
  readonly wrappingKey: KeyObject
  readonly clock: Clock
  readonly random: Random
}

/** A pair for each: a key is for one algorithm only, RSA keys too (RFC 8725 section 3.1, RFC 7517 section 4.4). */
export const KEY_PAIR_ALGS: readonly KeyPairAlg[] = ['RS256', 'PS256', 'ES256', 'EdDSA']

/**
 * Reads the key pairs, making each missing one first; an installation from before an algorithm was known gets its pair at the
 * next start. Several processes may do so at once: the first one wins.
 */
export async function loadSigningKeys(deps: SigningKeyDeps): Promise<SigningKeyRing> {
  const before = await deps.stored.list()
  const missing = KEY_PAIR_ALGS.filter(
    (alg) => !before.some((key) => key.alg === alg && key.state === 'active'),
  )
  await Promise.all(missing.map((alg) => addKey(alg, deps)))
  const stored = (await deps.stored.list()).filter((key) => key.state !== 'retired')
  const records = stored.map((key) => openKey(key, deps))
  const byKid = keyMap(records)
  const active = new Map<string, SigningKeyRecord>(
    records.filter((record) => record.state === 'active').map((record) => [record.alg, record]),
  )
  const jwks = publicJwks(records)
  return {
    activeKey: (alg) => {
      const record = active.get(alg)
      if (!record) throw new Error(`no active ${alg} key`)
      return record
    },
    verificationKeys: () => byKid,
    publicKeys: () => jwks,
  }
}

async function addKey(alg: KeyPairAlg, deps: SigningKeyDeps): Promise<void> {
  const kid = `${alg.toLowerCase()}.${deps.random.bytes(9).toString('base64url')}`
  const pair = await generateSigningKey(alg, { kid, issuer: deps.issuer })
  const plain = pair.signingKey.export({ format: 'der', type: 'pkcs8' })
  const [publicJwk] = publicJwks([pair]).keys
  if (!publicJwk) throw new Error('a key pair has a public part')
  await deps.stored.addFirst({
    kid,
    alg,
    state: 'active',
    publicJwk: publicJwk as Readonly<Record<string, unknown>>,
    wrappedPrivateKey: wrapKey(plain, kid, deps.wrappingKey, deps.random),
    createdAt: nowSeconds(deps.clock),
    since: nowSeconds(deps.clock),
  })
}

function openKey(stored: StoredKey, deps: SigningKeyDeps): SigningKeyRecord {
  const plain = unwrapKey(stored.wrappedPrivateKey, stored.kid, deps.wrappingKey)
  const signingKey = createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' })
  plain.fill(0)
  return {
    kid: stored.kid,
    alg: stored.alg,
    issuer: deps.issuer,
    audience: undefined,
    state: stored.state === 'retired' ? 'retiring' : stored.state,
    // Not the stored public key: whoever can write to SQL could have put theirs there, and we would publish it.
    key: createPublicKey(signingKey),
    signingKey,
  }
}
