/** OpenID Foundation, FAPI 2.0 Security Profile: Parameters beside the pushed request: state. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureDifferentStateInsideAndOutsideRequestObject = fapi2(
  'fapi2-security-profile-final-ensure-different-state-inside-and-outside-request-object',
  'par.only-pushed-parameters',
)
