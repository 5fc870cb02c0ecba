/** Members of client metadata with a fixed set of values. */
import type { ClientMembers } from '../clients/complete-client.ts'
import type { AuthMethod, ClientKeyAlg, ClientSigningAlg, GrantType } from '../directory.ts'
import { distinctTexts } from './at-most.ts'
import { checkOneOf } from './one-of.ts'

const GRANT_TYPES: readonly GrantType[] = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:device_code',
]
const AUTH_METHODS: readonly AuthMethod[] = [
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
  'tls_client_auth',
  'none',
]
const KEY_ALGS: readonly ClientKeyAlg[] = ['RS256', 'PS256', 'ES256', 'EdDSA']
const SIGNING_ALGS: readonly ClientSigningAlg[] = [...KEY_ALGS, 'HS256']

const CHOICES = {
  authMethod: AUTH_METHODS,
  assertionAlg: KEY_ALGS,
  requestObjectAlg: KEY_ALGS,
  idTokenAlg: SIGNING_ALGS,
  userinfoAlg: SIGNING_ALGS,
  introspectionAlg: KEY_ALGS,
  subjectType: ['public', 'pairwise'],
} as const satisfies Partial<Record<keyof ClientMembers, readonly string[]>>

/** Throws InputError `choice`. */
export function checkClientChoices(client: ClientMembers): void {
  distinctTexts(GRANT_TYPES.length, client.grantTypes, 'grantTypes')
  for (const [index, type] of client.grantTypes.entries()) {
    checkOneOf(GRANT_TYPES, type, `grantTypes[${index}]`)
  }
  for (const [member, choices] of Object.entries(CHOICES)) {
    const value = client[member as keyof typeof CHOICES]
    if (value !== undefined) checkOneOf<string>(choices, value, member)
  }
}
