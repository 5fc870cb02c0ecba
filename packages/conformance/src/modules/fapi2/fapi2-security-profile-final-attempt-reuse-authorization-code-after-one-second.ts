/** OpenID Foundation, FAPI 2.0 Security Profile: A code a second time. */
import { fapi2 } from '../module.ts'

export const fapi2AttemptReuseAuthorizationCodeAfterOneSecond = fapi2(
  'fapi2-security-profile-final-attempt-reuse-authorization-code-after-one-second',
  'fapi.code-reuse',
)
