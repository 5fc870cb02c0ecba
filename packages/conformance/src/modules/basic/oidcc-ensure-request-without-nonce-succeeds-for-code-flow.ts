/** OpenID Foundation, Basic OP: nonce is optional in the code flow. */
import { basic } from '../module.ts'

export const oidccEnsureRequestWithoutNonceSucceedsForCodeFlow = basic(
  'oidcc-ensure-request-without-nonce-succeeds-for-code-flow',
  'oidc.no-nonce',
  'id-token.nonce',
)
