/** What a client is told about a person: OpenID Connect Core sections 5.1 and 5.4. */
import type { AttributeRule, User } from '@latchkey/directory'
import { hasScope } from '../checks/scope.ts'
import { type ClaimScope, SCOPE_CLAIMS } from './claim-names.ts'

/** The claims that the scopes open, and those named besides. Others than those of section 5.1 are unknown and left out. */
export function personClaims(
  user: User,
  scope: string,
  named: readonly string[] = [],
  rules: readonly AttributeRule[] = [],
): Record<string, unknown> {
  const facts = factsOf(user)
  const opened = [...namesOf(scope), ...named].filter((name) => Object.hasOwn(facts, name))
  const standard = Object.fromEntries(opened.map((name) => [name, facts[name]]))
  // Last and under other names: the settings refuse an attribute whose claim is one of the standard's.
  return { ...standard, ...attributeClaims(user, scope, rules) }
}

/** What the operator keeps about people and lets apps see: by scope alone, because people are asked about scopes. */
function attributeClaims(
  { attributes }: User,
  scope: string,
  rules: readonly AttributeRule[],
): Record<string, unknown> {
  const seen = rules.flatMap(({ name, claim, scope: opening = 'profile' }) => {
    const value = attributes[name]
    return claim !== undefined && value !== undefined && hasScope(scope, opening)
      ? [[claim, value] as const]
      : []
  })
  return Object.fromEntries(seen)
}

function namesOf(scope: string): string[] {
  const scopes = Object.keys(SCOPE_CLAIMS) as ClaimScope[]
  return scopes.filter((each) => hasScope(scope, each)).flatMap((each) => SCOPE_CLAIMS[each])
}

/** Section 5.3.2: what is not known is left out; neither null nor an empty text stands for it. */
function factsOf(user: User): Record<string, unknown> {
  const { phone_number_verified = false, ...profile } = user.profile
  const facts = {
    ...profile,
    name: user.name,
    preferred_username: user.username,
    updated_at: user.updatedAt,
    locale: user.locale,
    ...(user.email !== undefined && { email: user.email, email_verified: user.emailVerified }),
    ...(profile.phone_number !== undefined && { phone_number_verified }),
  }
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => isKnown(value)))
}

function isKnown(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}
