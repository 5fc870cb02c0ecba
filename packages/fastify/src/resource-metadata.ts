/** What a client that was refused can read about this service: OAuth 2.0 Protected Resource Metadata, RFC 9728. */
import { InputError } from '@latchkey/protocol'
import { DPOP_ALGS } from '@latchkey/verifier'
import type { FastifyInstance } from 'fastify'
import { CLOSED, ROUTE_SETTINGS } from './route-settings.ts'

export interface ResourceMetadataOptions {
  /** For people. Default: none. */
  readonly name?: string
  /** Scope words that mean something here. Default: none. */
  readonly scopes?: readonly string[]
}

export interface ResourceFacts extends ResourceMetadataOptions {
  readonly issuer: string
  /** The audience of the service. */
  readonly resource: string
  readonly dpopRequired: boolean
  /** Whether tokens that are bound to a certificate can be checked. */
  readonly certificates: boolean
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'
const MAX_AGE_SECONDS = 3600
const SCOPE = /^[!#-[\]-~]+$/

/**
 * Address of the metadata: RFC 9728 section 3.1, the well-known part before the path. Undefined when the audience is no web address,
 * or has a fragment, which section 1.2 bars.
 */
export function metadataUrl(resource: string): URL | undefined {
  const url = URL.parse(resource)
  if (!url || !/^https?:$/.test(url.protocol) || url.hash !== '') return undefined
  return new URL(WELL_KNOWN + url.pathname.replace(/^\/$/, '') + url.search, url)
}

/** Serves it to everybody, also to scripts of other origins. It says nothing that differs between callers. */
export function serveResourceMetadata(app: FastifyInstance, url: URL, facts: ResourceFacts): void {
  const body = JSON.stringify(metadataOf(facts))
  app.get(
    // To the router a colon begins a parameter.
    url.pathname.replaceAll(':', '::'),
    // Declared before the hook that makes the catalogue: it is no route that rights could be given to.
    { config: { public: true, [ROUTE_SETTINGS]: { ...CLOSED, public: true } } },
    async (_request, reply) =>
      reply
        .header('cache-control', `public, max-age=${MAX_AGE_SECONDS}`)
        .header('access-control-allow-origin', '*')
        .type('application/json; charset=utf-8')
        .send(body),
  )
}

/** RFC 9728 section 2. Members without a value are left out, as section 3.2 wants. */
function metadataOf({ issuer, resource, name, scopes = [], ...facts }: ResourceFacts) {
  const stranger = scopes.find((scope) => !SCOPE.test(scope))
  if (stranger !== undefined) {
    throw new InputError('resource-metadata', {
      received: JSON.stringify(stranger),
      expected: 'scope words without spaces',
      where: 'resourceMetadata.scopes',
    })
  }
  return {
    resource,
    authorization_servers: [issuer],
    ...(scopes.length > 0 && { scopes_supported: scopes }),
    bearer_methods_supported: ['header', 'body'],
    ...(name !== undefined && { resource_name: name }),
    ...(facts.certificates && { tls_client_certificate_bound_access_tokens: true }),
    dpop_signing_alg_values_supported: DPOP_ALGS,
    ...(facts.dpopRequired && { dpop_bound_access_tokens_required: true }),
  }
}
