/** OpenID Foundation, FAPI 2.0 Security Profile: A code bound by a proof at the push, redeemed with another key. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureTokenEndpointFailsWithMismatchedDpopProofJkt = fapi2(
  'fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt',
  'fapi.push-proof-other-key',
)
