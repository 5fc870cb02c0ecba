/** OpenID Foundation, FAPI 2.0 Security Profile: An assertion for somebody else. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureClientAssertionWithWrongAudFails = fapi2(
  'fapi2-security-profile-final-ensure-client-assertion-with-wrong-aud-fails',
  'fapi.assertion-audience',
)
