/** Keys of access tokens: one per service, derived from the master secret, or the issuer's own pair where the service chose so. */
import type { Service } from '@latchkey/directory'
import type { FeedKey } from '@latchkey/protocol'
import { deriveServiceKey, publicJwks, type SigningKeyRecord } from '@latchkey/tokens'
import type { SigningKeyRing } from './signing-keys.ts'

export interface ServiceKeys {
  signingKey(service: Service): SigningKeyRecord
  /** What the feed gives to this service, and to no other. */
  feedKeys(service: Service): readonly FeedKey[]
}

export interface ServiceKeyDeps {
  readonly issuer: string
  readonly master: Buffer
  readonly ring: Pick<SigningKeyRing, 'activeKey'>
}

export function serviceKeys(deps: ServiceKeyDeps): ServiceKeys {
  const derived = new Map<string, SigningKeyRecord>()

  function sharedKey(service: Service): SigningKeyRecord {
    const id = `${service.keyGeneration} ${service.audience}`
    const known = derived.get(id)
    if (known) return known
    const record = deriveServiceKey({
      master: deps.master,
      issuer: deps.issuer,
      audience: service.audience,
      alg: 'HS256',
      generation: service.keyGeneration,
    })
    derived.set(id, record)
    return record
  }

  const signingKey = (service: Service): SigningKeyRecord =>
    service.alg === 'HS256'
      ? sharedKey(service)
      : { ...deps.ring.activeKey(service.alg), audience: service.audience }

  return { signingKey, feedKeys: (service) => [feedKey(service.alg, signingKey(service))] }
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
