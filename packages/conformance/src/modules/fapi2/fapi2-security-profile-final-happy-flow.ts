/** OpenID Foundation, FAPI 2.0 Security Profile: Pushed request, code, bound tokens. */
import { fapi2 } from '../module.ts'

export const fapi2HappyFlow = fapi2(
  'fapi2-security-profile-final-happy-flow',
  'fapi.happy-flow',
  'iss.success',
)
