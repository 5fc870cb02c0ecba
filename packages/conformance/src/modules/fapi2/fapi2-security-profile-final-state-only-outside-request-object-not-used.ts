/** OpenID Foundation, FAPI 2.0 Security Profile: A state only beside the pushed request. */
import { fapi2 } from '../module.ts'

export const fapi2StateOnlyOutsideRequestObjectNotUsed = fapi2(
  'fapi2-security-profile-final-state-only-outside-request-object-not-used',
  'par.state-outside',
)
