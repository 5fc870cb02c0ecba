/** OpenID Foundation, FAPI 2.0 Security Profile: An assertion more than 60 seconds ahead. */
import { fapi2 } from '../module.ts'

export const fapi2ParEnsureJwtClientAssertionsNbfOver60SecondsInTheFutureFails = fapi2(
  'fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails',
  'fapi.assertion-future',
)
