/** Which claims of the `claims` parameter a client may have: OpenID Connect Core section 5.5. */
import type { ClaimsRequest } from '@latchkey/protocol'
import { hasScope } from '../checks/scope.ts'
import { type ClaimScope, SCOPE_CLAIMS, SIGN_IN_CLAIMS } from './claim-names.ts'

const SCOPE_OF: ReadonlyMap<string, ClaimScope> = new Map(
  (Object.keys(SCOPE_CLAIMS) as ClaimScope[]).flatMap((scope) =>
    SCOPE_CLAIMS[scope].map((name): [string, ClaimScope] => [name, scope]),
  ),
)
const ABOUT_SIGN_IN: ReadonlySet<string> = new Set(SIGN_IN_CLAIMS)

/**
 * What is left of a request for claims: those of scopes that the person allows. Asking claim by claim is no way around the
 * consent page, which asks about `scopesOfClaims` as well. Names that nobody knows go; section 5.5 has us ignore them.
 */
export function allowedClaims(claims: ClaimsRequest, allowed: string): ClaimsRequest {
  const mayHave = (name: string): boolean => {
    const scope = SCOPE_OF.get(name)
    return scope === undefined ? ABOUT_SIGN_IN.has(name) : hasScope(allowed, scope)
  }
  return {
    ...(claims.userinfo && { userinfo: only(claims.userinfo, mayHave) }),
    ...(claims.id_token && { id_token: only(claims.id_token, mayHave) }),
  }
}

/** The scopes that open what a request for claims names: what the person is asked about, besides the scopes themselves. */
export function scopesOfClaims({ userinfo, id_token }: ClaimsRequest): readonly ClaimScope[] {
  const names = [userinfo, id_token].flatMap((part) => Object.keys(part ?? {}))
  return [...new Set(names.flatMap((name) => SCOPE_OF.get(name) ?? []))]
}

/** A scope, and the scopes that open what is asked for by name: what consent is about, asked for and checked. */
export function scopeWithClaims(scope: string, claims: ClaimsRequest | undefined): string {
  const named = claims === undefined ? [] : scopesOfClaims(claims)
  return [...new Set([...scope.split(' '), ...named])].filter((word) => word !== '').join(' ')
}

function only<Value>(
  part: Readonly<Record<string, Value>>,
  mayHave: (name: string) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(part).filter(([name]) => mayHave(name)))
}
