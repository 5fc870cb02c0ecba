import { createHash, type KeyObject } from 'node:crypto'
import {
  type Clock,
  InputError,
  type Scheduler,
  systemClock,
  systemScheduler,
} from '@latchkey/protocol'
import type { Jwk } from '@latchkey/tokens'
import { callService, type ServiceRequestInit } from './call-service.ts'
import { clientCredentials } from './client-credentials.ts'
import { prover as proverOf } from './prover.ts'
import { parseAddress, serviceUrl } from './service-url.ts'
import { tokenCache } from './token-cache.ts'
import {
  exchangeGrant,
  machineGrant,
  requestToken,
  type TokenRequestDeps,
} from './token-request.ts'

export interface ServiceClientOptions {
  /** Public identity of the issuer. */
  issuer: string
  /** Where the issuer is reached from here. Default: `issuer`. */
  issuerAddress?: string
  clientId: string
  /** Credentials of this machine: a secret (`client_secret_basic`) … */
  clientSecret?: string
  /** … or a private key whose public half is registered (`private_key_jwt`, RFC 7523). Exactly one of the two. */
  privateKey?: Jwk | KeyObject
  /**
   * Binds tokens to a key, so that a stolen one is of no use (RFC 9449): true for a key of this process, made now, or a private
   * key of ES256, EdDSA or PS256. Default: bearer tokens.
   */
  dpop?: true | Jwk | KeyObject
  /** For a token, and for an answer of a service to begin. Default 10,000 ms. */
  timeoutMs?: number
  /** How many tokens are remembered. Default 1,000. */
  cacheTokens?: number
  fetch?: typeof globalThis.fetch
  clock?: Pick<Clock, 'monotonicMs' | 'nowMs'>
  scheduler?: Scheduler
}

export interface ServiceOptions {
  /** Where the service is reached from here. Default: its audience. */
  address?: string
  /** The address by which the service knows itself; proofs of possession name it. Default: its audience, if that is one. */
  publicAddress?: string
}

export interface ServiceCalls {
  /**
   * As the platform's `fetch`, for a path of this service that begins with `/`. Adds the token; redirects are returned, not
   * followed. Throws `ServiceClientError` when there is no token or no answer, `InputError` for a path that leaves the
   * service.
   */
  fetch(path: string, init?: ServiceRequestInit): Promise<Response>
}

export interface ServiceClient {
  /** Calls the service with this audience as the machine itself. */
  as(service: string, options?: ServiceOptions): ServiceCalls
  /** Calls the service for the person whose access token for *this* service is given. */
  onBehalfOf(subjectToken: string, service: string, options?: ServiceOptions): ServiceCalls
}

/** Throws `InputError` for an address that is none, and for credentials that cannot work. Nothing is fetched before the first call. */
export function createServiceClient(options: ServiceClientOptions): ServiceClient {
  const { issuer, issuerAddress = issuer, clock = systemClock } = options
  const prover = options.dpop === undefined ? undefined : proverOf(options.dpop, clock)
  const cacheTokens = options.cacheTokens ?? 1000
  if (!(cacheTokens >= 1)) {
    const facts = { received: String(cacheTokens), expected: 'at least 1', where: 'cacheTokens' }
    throw new InputError('cache-size', facts)
  }
  const deps: TokenRequestDeps = {
    // Looked up at the call, so that a test or a tracer may still replace the global one.
    fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)),
    clock,
    scheduler: options.scheduler ?? systemScheduler,
    timeoutMs: options.timeoutMs ?? 10_000,
    tokenEndpoint: serviceUrl(parseAddress(issuerAddress, 'issuerAddress'), '/token'),
    publicTokenEndpoint: serviceUrl(parseAddress(issuer, 'issuer'), '/token'),
    credentials: clientCredentials(options, clock),
    prover,
  }
  const tokens = tokenCache(cacheTokens, deps.clock)

  function calls(
    service: string,
    { address = service, publicAddress }: ServiceOptions,
    key: string,
    grant: () => URLSearchParams,
  ): ServiceCalls {
    const at = parseAddress(address, `address of ${service}`)
    const known = publicAddress ?? (/^https?:/.test(service) ? service : address)
    const knownAt = prover ? parseAddress(known, `publicAddress of ${service}`) : at
    const source = {
      get: () => tokens.get(key, () => requestToken(deps, grant())),
      drop: tokens.drop.bind(undefined, key),
    }
    return {
      fetch: async (path, init = {}) => {
        const target = { url: serviceUrl(at, path), publicUrl: serviceUrl(knownAt, path) }
        return callService(deps, source, target, init)
      },
    }
  }

  return {
    as: (service, serviceOptions = {}) =>
      calls(service, serviceOptions, `machine ${service}`, () => machineGrant(service)),
    onBehalfOf(subjectToken, service, serviceOptions = {}) {
      // A digest, so that a dump of the cache's keys shows nobody's token.
      const person = createHash('sha256').update(subjectToken).digest('base64url')
      const grant = () => exchangeGrant(service, subjectToken)
      return calls(service, serviceOptions, `person ${person} ${service}`, grant)
    },
  }
}
