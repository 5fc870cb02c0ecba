/** Which claims of the `claims` parameter a client may have: OpenID Connect Core section 5.5. */
import type { Client } from '@latchkey/directory'
import type { ClaimsRequest } from '@latchkey/protocol'
import { hasScope } from '../checks/scope.ts'
import { type ClaimScope, SCOPE_CLAIMS, SIGN_IN_CLAIMS } from './claim-names.ts'

const SCOPE_OF: ReadonlyMap<string, ClaimScope> = new Map(
  (Object.keys(SCOPE_CLAIMS) as ClaimScope[]).flatMap((scope) =>
    SCOPE_CLAIMS[scope].map((name): [string, ClaimScope] => [name, scope]),
  ),
)
const ABOUT_SIGN_IN: ReadonlySet<string> = new Set(SIGN_IN_CLAIMS)

/** Scopes of one request: as asked, and the part that the person allows. */
export interface AllowedScope {
  readonly asked: string
  readonly allowed: string
}

/**
 * What is left of a request for claims: those of scopes that the person allows. Asking claim by claim must not be a way
 * around the consent page. The operator's own clients, about which nobody is asked, get the others too, but never what
 * the person has just declined. Names that nobody knows go; section 5.5 has us ignore them.
 */
export function allowedClaims(
  claims: ClaimsRequest,
  client: Pick<Client, 'firstParty'>,
  { asked, allowed }: AllowedScope,
): ClaimsRequest {
  const mayHave = (name: string): boolean => {
    if (ABOUT_SIGN_IN.has(name)) return true
    const scope = SCOPE_OF.get(name)
    if (scope === undefined) return false
    return hasScope(allowed, scope) || (client.firstParty && !hasScope(asked, scope))
  }
  return {
    ...(claims.userinfo && { userinfo: only(claims.userinfo, mayHave) }),
    ...(claims.id_token && { id_token: only(claims.id_token, mayHave) }),
  }
}

function only<Value>(
  part: Readonly<Record<string, Value>>,
  mayHave: (name: string) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(part).filter(([name]) => mayHave(name)))
}
