/** Which claims of the `claims` parameter a client may have: OpenID Connect Core section 5.5. */
import type { Client } from '@latchkey/directory'
import type { ClaimsRequest } from '@latchkey/protocol'
import { type ClaimScope, SCOPE_CLAIMS, SIGN_IN_CLAIMS } from './claim-names.ts'

const SCOPE_OF: ReadonlyMap<string, ClaimScope> = new Map(
  (Object.keys(SCOPE_CLAIMS) as ClaimScope[]).flatMap((scope) =>
    SCOPE_CLAIMS[scope].map((name): [string, ClaimScope] => [name, scope]),
  ),
)
const ABOUT_SIGN_IN: ReadonlySet<string> = new Set(SIGN_IN_CLAIMS)

/** The scopes that contain what is asked: a consent page asks for them too. */
export function scopesOfClaims(asked: ClaimsRequest): ClaimScope[] {
  const names = [asked.userinfo, asked.id_token].flatMap((part) => Object.keys(part ?? {}))
  const scopes = new Set(names.map((name) => SCOPE_OF.get(name)))
  return [...scopes].filter((scope) => scope !== undefined)
}

/**
 * What is left of a request: of a client that is not the operator's own, only claims of scopes that the person allowed.
 * Asking claim by claim must not be a way around the consent page. Names that nobody knows go too; section 5.5 has us
 * ignore them.
 */
export function allowedClaims(
  asked: ClaimsRequest,
  client: Pick<Client, 'firstParty'>,
  allowedScopes: readonly string[],
): ClaimsRequest {
  const mayHave = (name: string): boolean => {
    if (ABOUT_SIGN_IN.has(name)) return true
    const scope = SCOPE_OF.get(name)
    return scope !== undefined && (client.firstParty || allowedScopes.includes(scope))
  }
  return {
    ...(asked.userinfo && { userinfo: only(asked.userinfo, mayHave) }),
    ...(asked.id_token && { id_token: only(asked.id_token, mayHave) }),
  }
}

function only<Value>(
  part: Readonly<Record<string, Value>>,
  mayHave: (name: string) => boolean,
): Record<string, Value> {
  return Object.fromEntries(Object.entries(part).filter(([name]) => mayHave(name)))
}
