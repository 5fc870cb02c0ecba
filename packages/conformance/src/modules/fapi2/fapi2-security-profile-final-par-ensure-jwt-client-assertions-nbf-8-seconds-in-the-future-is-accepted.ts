/** OpenID Foundation, FAPI 2.0 Security Profile: An assertion 8 seconds ahead. */
import { fapi2 } from '../module.ts'

export const fapi2ParEnsureJwtClientAssertionsNbf8SecondsInTheFutureIsAccepted = fapi2(
  'fapi2-security-profile-final-par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted',
  'fapi.assertion-clock',
)
