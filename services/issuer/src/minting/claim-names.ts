/** Names of claims, and which scope opens which: OpenID Connect Core sections 2, 5.1 and 5.4. */

/** What a person is told to be, by the scope that opens it, in the order of section 5.4. */
export const SCOPE_CLAIMS = {
  profile: [
    'name',
    'family_name',
    'given_name',
    'middle_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
} as const
export type ClaimScope = keyof typeof SCOPE_CLAIMS

/** Says who issued a token, about whom, for whom, when, and how the person signed in. No scope opens or closes these. */
export const SIGN_IN_CLAIMS = [
  'iss',
  'sub',
  'aud',
  'exp',
  'iat',
  'auth_time',
  'nonce',
  'acr',
  'amr',
  'sid',
  'at_hash',
] as const

/** Everything that discovery may promise. */
export const CLAIMS: readonly string[] = [...SIGN_IN_CLAIMS, ...Object.values(SCOPE_CLAIMS).flat()]
