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
  /** Of one algorithm: pending, active and retiring. */
  livingKeys(alg: KeyPairAlg): readonly SigningKeyRecord[]
  /**
   * By kid: everything that may have signed a hint. Whoever signed in before a rotation signs out after it, so keys that
   * were retired in peace stay here for as long as sessions live.
   */
  hintKeys(): ReadonlyMap<string, KeyRecord>
  /** The JWK set of /jwks: the living keys. The same object as long as it says the same. */
  publicKeys(): { readonly keys: readonly Record<string, unknown>[] }
  /** Reads them again. @throws StoreUnavailable and then everything is as before */
  reload(): Promise<void>
  /** A new pair, to be stored. */
  makeKey(alg: KeyPairAlg, state: 'pending' | 'active'): Promise<StoredKey>
}

export interface SigningKeyDeps {
  readonly issuer: string
  readonly stored: Pick<SigningKeys, 'list' | 'addFirst'>
  readonly wrappingKey: KeyObject
  /** How long a session can live. */
  readonly hintSeconds: number
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
  await Promise.all(
    missing.map(async (alg) => deps.stored.addFirst(await makeKey(alg, 'active', deps))),
  )
  /** Opening a key costs more than everything else here. */
  const opened = new Map<string, SigningKeyRecord>()
  let ring = ringOf(await deps.stored.list(), opened, deps)
  return {
    activeKey: (alg) => {
      const record = ring.active.get(alg)
      if (!record) throw new Error(`no active ${alg} key`)
      return record
    },
    livingKeys: (alg) => ring.living.filter((record) => record.alg === alg),
    hintKeys: () => ring.hints,
    publicKeys: () => ring.jwks,
    reload: async () => {
      const stored = await deps.stored.list()
      if (textOf(stored) !== ring.text) ring = ringOf(stored, opened, deps)
    },
    makeKey: (alg, state) => makeKey(alg, state, deps),
  }
}

function ringOf(
  stored: readonly StoredKey[],
  opened: Map<string, SigningKeyRecord>,
  deps: SigningKeyDeps,
) {
  const now = nowSeconds(deps.clock)
  const records = stored
    .filter((key) => key.state !== 'retired' || isHintKey(key, now, deps))
    .map((key) => ({ state: key.state, record: opened.get(key.kid) ?? openKey(key, deps) }))
  opened.clear()
  for (const { record } of records) opened.set(record.kid, record)
  const living = records.flatMap(({ state, record }) =>
    state === 'retired' ? [] : [{ ...record, state }],
  )
  return {
    text: textOf(stored),
    living,
    active: new Map<string, SigningKeyRecord>(
      living.filter(({ state }) => state === 'active').map((record) => [record.alg, record]),
    ),
    hints: keyMap(records.map(({ record }) => record)),
    jwks: publicJwks(living),
  }
}

/** One that was revoked has no private part, and vouches for nothing. */
function isHintKey(key: StoredKey, now: number, deps: SigningKeyDeps): boolean {
  return key.wrappedPrivateKey !== '' && now < key.since + deps.hintSeconds
}

function textOf(stored: readonly StoredKey[]): string {
  return stored.map(({ kid, state, since }) => `${kid} ${state} ${since}`).join()
}

async function makeKey(
  alg: KeyPairAlg,
  state: 'pending' | 'active',
  deps: SigningKeyDeps,
): Promise<StoredKey> {
  const kid = `${alg.toLowerCase()}.${deps.random.bytes(9).toString('base64url')}`
  const pair = await generateSigningKey(alg, { kid, issuer: deps.issuer })
  const plain = pair.signingKey.export({ format: 'der', type: 'pkcs8' })
  const [publicJwk] = publicJwks([pair]).keys
  if (!publicJwk) throw new Error('a key pair has a public part')
  const now = nowSeconds(deps.clock)
  return {
    kid,
    alg,
    state,
    since: now,
    publicJwk: publicJwk as Readonly<Record<string, unknown>>,
    wrappedPrivateKey: wrapKey(plain, kid, deps.wrappingKey, deps.random),
    createdAt: now,
  }
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
