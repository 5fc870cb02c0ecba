/** OpenID Foundation, FAPI 2.0 Security Profile: A token request without proof. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureHolderOfKeyRequired = fapi2(
  'fapi2-security-profile-final-ensure-holder-of-key-required',
  'fapi.holder-of-key',
)
