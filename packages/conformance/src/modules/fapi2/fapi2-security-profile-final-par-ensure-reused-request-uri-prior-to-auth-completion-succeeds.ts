/** OpenID Foundation, FAPI 2.0 Security Profile: A request_uri opened twice before the sign-in. */
import { fapi2 } from '../module.ts'

export const fapi2ParEnsureReusedRequestUriPriorToAuthCompletionSucceeds = fapi2(
  'fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds',
  'par.before-sign-in',
)
