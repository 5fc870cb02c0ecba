/** OpenID Foundation, FAPI 2.0 Security Profile: A code bound by dpop_jkt, redeemed with another key. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureTokenEndpointFailsWithMismatchedDpopJkt = fapi2(
  'fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-jkt',
  'dpop.code-bound-other-key',
)
