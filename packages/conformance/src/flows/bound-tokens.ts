/** Token requests with DPoP proofs: RFC 9449 section 5. */
import type { Answer } from '../http/exchange.ts'
import type { Issuer } from '../issuer/issuer.ts'
import type { ClientRole } from '../settings/client-roles.ts'
import { type Authorization, authorize } from './authorize.ts'
import type { Form } from './client-request.ts'
import {
  type ProofChanges,
  type ProofKeyPair,
  proofKeyPair,
  withProof,
} from './proof-of-possession.ts'
import { authorizePushed } from './push.ts'
import { codeForm, granted, type Tokens, tokenRequest } from './tokens.ts'

export interface BoundTokens extends Tokens {
  readonly keys: ProofKeyPair
}

/** Posts to the token endpoint with a proof. */
export async function boundTokenRequest(
  issuer: Issuer,
  role: ClientRole,
  form: Form,
  keys: ProofKeyPair,
  changes: ProofChanges = {},
): Promise<Answer> {
  const target = { method: 'POST', url: issuer.endpoint('token_endpoint'), changes }
  return await withProof(keys, target, (dpop) =>
    tokenRequest(issuer, role, form, { headers: { dpop } }),
  )
}

/** An authorization in the way the client is registered for. */
export async function authorizeAs(
  issuer: Issuer,
  role: ClientRole,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<Authorization> {
  const isPushed = role === 'fapi' || role === 'fapi_second'
  return isPushed
    ? await authorizePushed(issuer, role, { changes })
    : await authorize(issuer, { client: role, changes })
}

/** The code flow, bound to a new key. */
export async function boundTokens(issuer: Issuer, role: ClientRole): Promise<BoundTokens> {
  const keys = await proofKeyPair()
  const authorization = await authorizeAs(issuer, role)
  const answer = await boundTokenRequest(issuer, role, codeForm(authorization), keys)
  return { ...granted(answer), authorization, client: issuer.client(role), keys }
}
