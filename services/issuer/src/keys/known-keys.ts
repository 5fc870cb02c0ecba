/** All keys of this issuer, whichever kind: what a rotation, an emergency and the keeper speak about. */
import type { Directory, KeyLife, StoredKey, StoredService } from '@latchkey/directory'
import type { ServiceKeys } from './service-keys.ts'
import type { KeyPairAlg } from './signing-keys.ts'

/** The key that one service shares with the issuer, or a pair of the issuer. */
export type KnownKey = {
  readonly kid: string
  readonly state: KeyLife
  /** Second in which it came into this state. */
  readonly since: number
  /** Whose verifiers need it. */
  readonly audiences: readonly string[]
} & (
  | { readonly kind: 'service'; readonly alg: 'HS256'; readonly generation: number }
  | { readonly kind: 'pair'; readonly alg: KeyPairAlg }
)

export interface KnownKeysDeps {
  readonly directory: Pick<Directory, 'services' | 'serviceKeys' | 'keys'>
  readonly services: Pick<ServiceKeys, 'kidOf'>
}

/** Those that are not retired. */
export async function livingKeys(deps: KnownKeysDeps): Promise<KnownKey[]> {
  const services = await deps.directory.services.list()
  const pairs = await deps.directory.keys.list()
  return [
    ...services.flatMap((service) => sharedKeys(service, service.keys, deps)),
    ...pairs.filter(({ state }) => state !== 'retired').map((key) => pairOf(key, services)),
  ]
}

/** Retired ones too, so that an emergency can be repeated. */
export async function findKey(kid: string, deps: KnownKeysDeps): Promise<KnownKey | undefined> {
  const services = await deps.directory.services.list()
  const pair = (await deps.directory.keys.list()).find((key) => key.kid === kid)
  if (pair) return pairOf(pair, services)
  for (const service of services) {
    const keys = await deps.directory.serviceKeys.list(service.audience)
    const found = sharedKeys(service, keys, deps).find((key) => key.kid === kid)
    if (found) return found
  }
  return undefined
}

/** A service that has chosen pairs has a key of its own nevertheless, which signs nothing and goes to nobody. */
function sharedKeys(
  { audience, alg }: StoredService,
  keys: StoredService['keys'],
  { services }: Pick<KnownKeysDeps, 'services'>,
): KnownKey[] {
  if (alg !== 'HS256') return []
  return keys.map(({ generation, state, since }) => ({
    kind: 'service',
    kid: services.kidOf(audience, generation),
    alg,
    generation,
    state,
    since,
    audiences: [audience],
  }))
}

function pairOf(
  { kid, alg, state, since }: StoredKey,
  services: readonly StoredService[],
): KnownKey {
  const audiences = services.filter((service) => service.alg === alg).map((one) => one.audience)
  return { kind: 'pair', kid, alg, state, since, audiences }
}
