import type { KeyObject } from 'node:crypto'
import type { Directory } from '@latchkey/directory'
import type { Clock, Random } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { FastifyBaseLogger } from 'fastify'
import { pushedRequests } from '../authorization/pushed-requests.ts'
import { tlsCertificates } from '../client-authentication/tls-certificates.ts'
import { countUnproven } from '../client-authentication/unproven-requests.ts'
import { dpopNonces } from '../dpop/dpop-nonces.ts'
import { dpopProofs } from '../dpop/dpop-proofs.ts'
import type { SigningKeyRing } from '../keys/signing-keys.ts'
import type { ClientSigning } from '../minting/client-signing.ts'
import { clientKeys } from '../outgoing/client-keys.ts'
import { fetchedKeySets } from '../outgoing/fetched-key-sets.ts'
import type { GuardedRequest } from '../outgoing/guarded-request.ts'
import type { AccessTokenReader } from '../reading/access-token-reader.ts'
import { idTokenHints } from '../reading/id-token-hints.ts'
import { resourceCallers } from '../reading/resource-callers.ts'
import type { ReadRoutes } from '../rights/routes-claim.ts'
import type { Settings } from '../settings/settings.ts'

export interface CallersDeps {
  readonly settings: Pick<Settings, 'issuer' | 'tokens' | 'tlsClientHeader'>
  readonly store: Store
  readonly directory: Directory
  readonly trustedProxies?: readonly string[] | undefined
  readonly dpopNonceMac: KeyObject
  readonly ring: Pick<SigningKeyRing, 'hintKeys'>
  readonly signing: Pick<ClientSigning, 'secretKeysOf'>
  readonly readAccessToken: AccessTokenReader
  readonly readRoutes: ReadRoutes
  readonly request: GuardedRequest
  readonly clock: Clock
  readonly random: Random
  readonly log: FastifyBaseLogger
}

/** How callers show who they are and which keys they hold: what every endpoint for programs shares. */
export function wireCallers(deps: CallersDeps) {
  const { settings, store, directory, request, clock, log } = deps
  const { issuer } = settings
  const { oneTime } = store
  const certificates = tlsCertificates({
    header: settings.tlsClientHeader,
    trustedProxies: deps.trustedProxies ?? [],
    clock,
  })
  const dpop = dpopProofs({
    issuer,
    nonces: dpopNonces({ macKey: deps.dpopNonceMac, clock }),
    nonceRequired: settings.tokens.dpopNonce === 'required',
    oneTime,
    clock,
  })
  return {
    issuer,
    // Who asks may be a little out of date: what is given out is decided by what is read again for it.
    clients: { ...directory.clients, find: directory.clients.recall },
    clientSecrets: directory.clientSecrets,
    clientKeys: clientKeys({ keySets: fetchedKeySets({ request, clock, log }) }),
    oneTime,
    hints: idTokenHints({ ...deps, issuer, clients: directory.clients }),
    pushed: pushedRequests({ ...deps, oneTime }),
    clock,
    countUnproven: countUnproven({ throttle: store.throttle, clock }),
    certificates,
    dpop,
    readCaller: resourceCallers({ ...deps, issuer, dpop, certificates }),
  }
}

export type Callers = ReturnType<typeof wireCallers>
