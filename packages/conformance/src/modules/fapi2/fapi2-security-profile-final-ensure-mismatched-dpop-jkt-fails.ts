/** OpenID Foundation, FAPI 2.0 Security Profile: A push whose proof and dpop_jkt differ. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureMismatchedDpopJktFails = fapi2(
  'fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails',
  'fapi.push-proof-differs',
)
