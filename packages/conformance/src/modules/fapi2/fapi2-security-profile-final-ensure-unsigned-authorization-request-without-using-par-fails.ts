/** OpenID Foundation, FAPI 2.0 Security Profile: A request that was not pushed. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureUnsignedAuthorizationRequestWithoutUsingParFails = fapi2(
  'fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails',
  'fapi.par-required',
)
