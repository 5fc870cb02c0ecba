/** Keys of access tokens: one per service, derived from the master secret, or the issuer's own pairs where the service chose so. */
import type { Service, StoredService } from '@latchkey/directory'
import type { FeedKey } from '@latchkey/protocol'
import {
  deriveServiceKey,
  type KeyLifeState,
  publicJwks,
  type SigningKeyRecord,
} from '@latchkey/tokens'
import type { SigningKeyRing } from './signing-keys.ts'

export interface ServiceKeys {
  /** What signs its tokens now, by the record that the token is made from: nothing is remembered in between. */
  signingKey(service: Service): SigningKeyRecord
  /** Everything that verifies its tokens: pending, active and retiring keys. Another list whenever key pairs have changed. */
  livingKeys(service: StoredService): readonly SigningKeyRecord[]
  /** The same, as the feed gives it to this service and to no other. */
  feedKeys(service: StoredService): readonly FeedKey[]
  /** Another object whenever key pairs have changed, so that what was made of `livingKeys` can be remembered. */
  pairs(): object
  /** The kid of a generation. */
  kidOf(audience: string, generation: number): string
}

export interface ServiceKeyDeps {
  readonly issuer: string
  readonly master: Buffer
  readonly ring: Pick<SigningKeyRing, 'activeKey' | 'livingKeys' | 'publicKeys'>
}

export function serviceKeys(deps: ServiceKeyDeps): ServiceKeys {
  /** Grows by one for each rotation in the life of this process. */
  const derived = new Map<string, SigningKeyRecord>()

  function sharedKey(audience: string, generation: number): SigningKeyRecord {
    const id = `${generation} ${audience}`
    const known = derived.get(id)
    if (known) return known
    const { master, issuer } = deps
    const record = deriveServiceKey({ master, issuer, audience, alg: 'HS256', generation })
    derived.set(id, record)
    return record
  }

  function livingKeys({ alg, audience, keys }: StoredService): SigningKeyRecord[] {
    if (alg !== 'HS256') return deps.ring.livingKeys(alg).map((key) => ({ ...key, audience }))
    return keys.flatMap(({ generation, state }) =>
      isLiving(state) ? [{ ...sharedKey(audience, generation), state }] : [],
    )
  }

  return {
    signingKey: ({ alg, audience, keyGeneration }) =>
      alg === 'HS256'
        ? sharedKey(audience, keyGeneration)
        : { ...deps.ring.activeKey(alg), audience },
    livingKeys,
    feedKeys: (service) => livingKeys(service).map((record) => feedKey(service.alg, record)),
    pairs: () => deps.ring.publicKeys(),
    kidOf: (audience, generation) => sharedKey(audience, generation).kid,
  }
}

function isLiving(state: string): state is KeyLifeState {
  return state !== 'retired'
}

function feedKey(alg: Service['alg'], record: SigningKeyRecord): FeedKey {
  const { kid, state } = record
  if (alg === 'HS256') {
    return { kid, alg, state, k: record.key.export().toString('base64url') }
  }
  const [jwk] = publicJwks([record]).keys
  if (!jwk) throw new Error('a key pair has a public part')
  return { kid, alg, state, jwk: jwk as Readonly<Record<string, unknown>> }
}
