/** OpenID Foundation, FAPI 2.0 Security Profile: A proof of 10 seconds ago. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureDpopproofWithIat10secondsBeforeSucceeds = fapi2(
  'fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-before-succeeds',
  'dpop.clock-behind',
)
