/** Rules between the members of a client: what would work in no request, or in the wrong ones. */
import { InputError } from '@latchkey/protocol'
import type { ClientMembers } from '../clients/complete-client.ts'

interface Rule {
  readonly member: keyof ClientMembers
  readonly isBroken: (client: ClientMembers) => boolean
  readonly received: string
  readonly expected: string
}

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

const isPublic = ({ authMethod }: ClientMembers) => authMethod === 'none'

const RULES: readonly Rule[] = [
  {
    member: 'redirectUris',
    isBroken: ({ grantTypes, redirectUris }) =>
      grantTypes.includes('authorization_code') && redirectUris.length === 0,
    received: 'none',
    expected: 'at least one for the grant type authorization_code',
  },
  {
    // RFC 6749 section 4.4: the client credentials grant is for confidential clients only.
    member: 'authMethod',
    isBroken: (client) => isPublic(client) && client.grantTypes.includes('client_credentials'),
    received: 'none',
    expected: 'another one for the grant type client_credentials',
  },
  {
    // RFC 8693 section 5: without authentication, whoever holds a stolen token could exchange it.
    member: 'authMethod',
    isBroken: (client) => isPublic(client) && client.grantTypes.includes(EXCHANGE),
    received: 'none',
    expected: 'another one for the grant type token-exchange',
  },
  {
    // RFC 9700 section 2.1.1: public clients must use PKCE.
    member: 'requirePkce',
    isBroken: (client) => isPublic(client) && !client.requirePkce,
    received: 'false',
    expected: 'true for a public client',
  },
  {
    member: 'mayImpersonate',
    isBroken: (client) => client.mayImpersonate && (isPublic(client) || !client.firstParty),
    received: 'true',
    expected: 'false but for a first-party client that authenticates',
  },
  {
    // It sees passwords: nobody but the operator's own programs may.
    member: 'tokenApi',
    isBroken: ({ tokenApi, firstParty }) => tokenApi && !firstParty,
    received: 'true',
    expected: 'false but for a first-party client',
  },
  {
    // A token for a service names the person as everybody knows them, and would undo the pairwise subject.
    member: 'services',
    isBroken: ({ subjectType, services }) => subjectType === 'pairwise' && services.length > 0,
    received: 'services',
    expected: 'none for pairwise subjects',
  },
]

/** Throws InputError `client-metadata`. */
export function checkClientRules(client: ClientMembers): void {
  const broken = RULES.find(({ isBroken }) => isBroken(client))
  if (broken === undefined) return
  const { member, received, expected } = broken
  throw new InputError('client-metadata', { received, expected, where: member })
}
