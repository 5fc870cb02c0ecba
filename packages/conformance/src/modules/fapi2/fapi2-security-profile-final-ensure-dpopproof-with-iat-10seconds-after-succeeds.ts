/** OpenID Foundation, FAPI 2.0 Security Profile: A proof of a clock 10 seconds ahead. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureDpopproofWithIat10secondsAfterSucceeds = fapi2(
  'fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-after-succeeds',
  'dpop.clock-ahead',
)
