/** OpenID Foundation, FAPI 2.0 Security Profile: A code bound by a proof at the push. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureDpopproofAtParEndpointBindingSuccess = fapi2(
  'fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success',
  'fapi.push-proof',
)
