/** OpenID Connect Discovery 1.0 section 4, when it is first needed. */
import { createRemoteJWKSet, type JWTVerifyGetKey, customFetch as joseFetch } from 'jose'
import * as openid from 'openid-client'
import type { IssuerFetch } from './issuer-fetch.ts'
import { IssuerUnavailable } from './issuer-unavailable.ts'
import { LOGIN_LIMITS } from './limits.ts'
import { faultOf } from './provider-fault.ts'
import type { Settings } from './settings.ts'

/** What the issuer says about itself; its keys are not optional for us. */
type Metadata = Readonly<openid.ServerMetadata> & { readonly jwks_uri: string }

export interface Discovered {
  readonly configuration: openid.Configuration
  readonly metadata: Metadata
  /** The issuer's public keys, fetched when needed and kept for some minutes. */
  readonly keys: JWTVerifyGetKey
}

/**
 * The issuer's metadata: fetched once for all who wait, kept for good, tried again after a pause when it failed. The app
 * therefore starts without the issuer. Throws `IssuerUnavailable`.
 */
export function discovery(settings: Settings, fetchIssuer: IssuerFetch): () => Promise<Discovered> {
  let metadata: Promise<Metadata> | undefined
  let discovered: (Discovered & { readonly skewSeconds: number }) | undefined
  let pausedUntilMs = Number.NEGATIVE_INFINITY

  async function fetchMetadata(): Promise<Metadata> {
    try {
      return await requestMetadata(settings, fetchIssuer)
    } catch (error) {
      metadata = undefined
      pausedUntilMs = settings.clock.monotonicMs() + LOGIN_LIMITS.issuerPauseSeconds * 1000
      throw new IssuerUnavailable(faultOf(error).reason, LOGIN_LIMITS.issuerPauseSeconds)
    }
  }

  return async () => {
    if (metadata === undefined && settings.clock.monotonicMs() < pausedUntilMs) {
      throw new IssuerUnavailable('discovery_failed_before', LOGIN_LIMITS.issuerPauseSeconds)
    }
    metadata ??= fetchMetadata()
    const facts = await metadata
    const skewSeconds = Math.round((settings.clock.nowMs() - Date.now()) / 1000)
    // openid-client reads the system clock; only a clock that was chosen (in tests) makes a difference here.
    if (discovered === undefined || Math.abs(discovered.skewSeconds - skewSeconds) > 1) {
      discovered = { ...configured(settings, facts, skewSeconds, fetchIssuer), skewSeconds }
    }
    return discovered
  }
}

async function requestMetadata(settings: Settings, fetchIssuer: IssuerFetch): Promise<Metadata> {
  const found = await openid.discovery(
    new URL(settings.issuer),
    settings.clientId,
    undefined,
    openid.None(),
    {
      [openid.customFetch]: fetchIssuer as openid.CustomFetch,
      timeout: LOGIN_LIMITS.issuerTimeoutSeconds,
      execute: settings.issuer.startsWith('http:') ? [openid.allowInsecureRequests] : [],
    },
  )
  const metadata = found.serverMetadata()
  // Discovery section 4.3 wants the exact same text; openid-client lets a slash at the end pass.
  if (metadata.issuer !== settings.issuer) {
    throw new IssuerUnavailable('issuer_calls_itself_otherwise', LOGIN_LIMITS.issuerPauseSeconds)
  }
  if (metadata.jwks_uri === undefined) {
    throw new IssuerUnavailable('issuer_publishes_no_keys', LOGIN_LIMITS.issuerPauseSeconds)
  }
  return metadata as Metadata
}

/** Asymmetric ones only: an ID token is checked with the issuer's public keys. */
export const SIGNING_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const

function configured(
  settings: Settings,
  metadata: Metadata,
  skewSeconds: number,
  fetchIssuer: IssuerFetch,
): Discovered {
  const { clientId, clientSecret } = settings
  const configuration = new openid.Configuration(
    metadata,
    clientId,
    { [openid.clockSkew]: skewSeconds, [openid.clockTolerance]: 5 },
    clientSecret === undefined ? openid.None() : openid.ClientSecretBasic(clientSecret),
  )
  configuration[openid.customFetch] = fetchIssuer as openid.CustomFetch
  configuration.timeout = LOGIN_LIMITS.issuerTimeoutSeconds
  if (settings.issuer.startsWith('http:')) openid.allowInsecureRequests(configuration)
  // The signature of ID tokens is checked even though they come straight from the issuer (Core section 3.1.3.7).
  openid.enableNonRepudiationChecks(configuration)
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri), {
    [joseFetch]: fetchIssuer,
    timeoutDuration: LOGIN_LIMITS.issuerTimeoutSeconds * 1000,
  })
  return { configuration, metadata, keys }
}
