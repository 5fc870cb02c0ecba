/** Any OpenID provider, found by discovery: OpenID Connect Discovery 1.0 section 4. */
import { ROUTES_DETAIL_TYPE } from '@latchkey/protocol'
import type { ClientAuth, Configuration, CustomFetch, ServerMetadata } from 'openid-client'
import { CliError } from '../cli-error.ts'
import { OIDC_FAULTS } from '../messages/oidc.ts'
import { isLoopback } from './loopback.ts'
import { providerErrors } from './provider-errors.ts'
import { providerFetch } from './provider-fetch.ts'

export interface ProviderOptions {
  /** Exactly its `iss`. */
  readonly issuer: string
  /** Where it is reached; absent: at its identity. */
  readonly issuerAddress?: string | undefined
  readonly clientId: string
  /** Absent: a public client. */
  readonly clientSecret?: string | undefined
}

export interface Provider {
  readonly issuer: string
  readonly clientId: string
  readonly configuration: Configuration
  readonly metadata: Readonly<ServerMetadata>
}

/** Throws CliError when there is no such provider, or when it is on plain http and not on this machine. */
export async function discoverProvider(options: ProviderOptions): Promise<Provider> {
  const { issuer, clientId, clientSecret } = options
  const url = URL.parse(issuer)
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url))
  if (url === null || !isSafe) throw new CliError(OIDC_FAULTS.notAnIssuer, { issuer })
  // Half of the start-up time of a command, which most do not need.
  const oidc = await import('openid-client')
  const found = oidc.discovery(url, clientId, undefined, proof(oidc, clientSecret), {
    execute: isLoopback(url) ? [oidc.allowInsecureRequests] : [],
    [oidc.customFetch]: providerFetch(issuer, options.issuerAddress ?? issuer) as CustomFetch,
  })
  const configuration = await providerErrors(found, issuer)
  return { issuer, clientId, configuration, metadata: configuration.serverMetadata() }
}

/** The secret goes into the header (RFC 6749 section 2.3.1), which every provider has to understand. */
function proof(oidc: typeof import('openid-client'), secret: string | undefined): ClientAuth {
  return secret === undefined ? oidc.None() : oidc.ClientSecretBasic(secret)
}

/** Ours say what kind of detailed rights they know; others get no `resource` that they have not been asked for. */
export function isLatchkey({ metadata }: Pick<Provider, 'metadata'>): boolean {
  const types = metadata['authorization_details_types_supported']
  return Array.isArray(types) && types.includes(ROUTES_DETAIL_TYPE)
}
