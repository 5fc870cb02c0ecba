/** What a registered client has to be: RFC 6749 sections 2 and 4, RFC 9700 section 2.1, OAuth 2.1. */
import { InputError, LIMITS } from '@latchkey/protocol'
import type { AuthMethod, Client, GrantType } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import { distinctTexts } from './at-most.ts'
import { checkOneOf } from './one-of.ts'
import { checkBackchannelUri, checkRedirectUri } from './redirect-uri.ts'
import { checkName, quoted } from './text.ts'

/** No colon: HTTP Basic and `svc:<id>` end or begin at one. */
const CLIENT_ID = /^[A-Za-z0-9._-]+$/

const GRANT_TYPES: readonly GrantType[] = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
]
const AUTH_METHODS: readonly AuthMethod[] = ['client_secret_basic', 'client_secret_post', 'none']
const ID_TOKEN_ALGS: readonly Client['idTokenAlg'][] = ['RS256', 'ES256', 'EdDSA']

/**
 * A client's subject is `svc:<id>`, a user's is `u_…`: an id that begins so is refused all the same (RFC 9700 section
 * 4.15).
 */
export function checkClientId(id: string, where: string): void {
  if (CLIENT_ID.test(id) && id.length <= LIMITS.clientIdChars && !id.startsWith('u_')) return
  throw new InputError('client-id', {
    received: quoted(id),
    expected: `1 to ${LIMITS.clientIdChars} of A-Z a-z 0-9 . _ - and not beginning with u_`,
    where,
  })
}

/** Everything about a client that needs no database. The secret is looked at where it is stored. */
export function checkClient(client: Omit<Client, 'secretHash'>): void {
  checkClientId(client.id, 'id')
  checkName(client.name, {
    code: 'name',
    where: 'name',
    maxChars: DIRECTORY_LIMITS.nameChars,
  })
  checkUris(client)
  distinctTexts(GRANT_TYPES.length, client.grantTypes, 'grantTypes')
  for (const [index, type] of client.grantTypes.entries()) {
    checkOneOf(GRANT_TYPES, type, `grantTypes[${index}]`)
  }
  checkOneOf(AUTH_METHODS, client.authMethod, 'authMethod')
  checkOneOf(ID_TOKEN_ALGS, client.idTokenAlg, 'idTokenAlg')
  distinctTexts(DIRECTORY_LIMITS.servicesPerClient, client.services, 'services')
  checkRules(client)
}

function checkUris(client: Omit<Client, 'secretHash'>): void {
  for (const member of ['redirectUris', 'postLogoutRedirectUris'] as const) {
    distinctTexts(DIRECTORY_LIMITS.urisPerClient, client[member], member)
    for (const [index, uri] of client[member].entries()) {
      checkRedirectUri(uri, `${member}[${index}]`)
    }
  }
  if (client.backchannelLogoutUri !== undefined) {
    checkBackchannelUri(client.backchannelLogoutUri, 'backchannelLogoutUri')
  }
}

/** Rules between members: what would work in no request, or in the wrong ones. */
function checkRules(client: Omit<Client, 'secretHash'>): void {
  const uses = (type: GrantType) => client.grantTypes.includes(type)
  const isPublic = client.authMethod === 'none'
  const refuse = (member: string, received: string, expected: string): never => {
    throw new InputError('client-metadata', { received, expected, where: member })
  }
  if (uses('authorization_code') && client.redirectUris.length === 0) {
    refuse('redirectUris', 'none', 'at least one for the grant type authorization_code')
  }
  // RFC 6749 section 4.4: the client credentials grant is for confidential clients only.
  if (isPublic && uses('client_credentials')) {
    refuse('authMethod', 'none', 'a client secret for the grant type client_credentials')
  }
  // RFC 8693 section 5: without authentication, whoever holds a stolen token could exchange it.
  if (isPublic && uses('urn:ietf:params:oauth:grant-type:token-exchange')) {
    refuse('authMethod', 'none', 'a client secret for the grant type token-exchange')
  }
  // RFC 9700 section 2.1.1: public clients must use PKCE.
  if (isPublic && !client.requirePkce) refuse('requirePkce', 'false', 'true for a public client')
}
