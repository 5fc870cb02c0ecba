/** OpenID Foundation, FAPI 2.0 Security Profile: A code bound by dpop_jkt. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureDpopAuthCodeBindingSuccess = fapi2(
  'fapi2-security-profile-final-ensure-dpop-auth-code-binding-success',
  'dpop.code-bound',
)
