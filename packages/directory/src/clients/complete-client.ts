import type { Client, NewClient } from '../directory.ts'

/** What the caller decides about a client, apart from the secret. */
export type ClientMembers = Omit<Client, 'secrets' | 'createdAt'>

/** Those of RFC 7591 section 2 and OpenID Connect Registration section 2 where they have one. */
const DEFAULTS = {
  redirectUris: [],
  postLogoutRedirectUris: [],
  frontchannelSessionRequired: false,
  grantTypes: ['authorization_code', 'refresh_token'],
  authMethod: 'client_secret_basic',
  requirePkce: true,
  requirePushedRequests: false,
  requireSignedRequests: false,
  requireDpop: false,
  services: [],
  firstParty: false,
  tokenApi: false,
  mayImpersonate: false,
  signals: false,
  grants: [],
  idTokenAlg: 'RS256',
  introspectionAlg: 'RS256',
  subjectType: 'public',
  corsOrigins: [],
  contacts: [],
  disabled: false,
} as const satisfies Omit<ClientMembers, 'id' | 'name'>

/** The client with its defaults: the id as its name, and as its sector the one host of its redirect URIs. */
export function completeClient(whole: NewClient): ClientMembers {
  const { secret, secretHash, nextSecret, nextSecretHash, ...given } = whole
  const client: ClientMembers = { ...DEFAULTS, name: given.id, ...given }
  if (client.subjectType === 'public' || client.sectorHost !== undefined) return client
  // OpenID Connect Core section 8.1: the host, without port.
  const hosts = new Set(client.redirectUris.map((uri) => URL.parse(uri)?.hostname ?? ''))
  const [host = ''] = hosts
  return hosts.size === 1 && host !== '' ? { ...client, sectorHost: host } : client
}
