/** OpenID Foundation, FAPI 2.0 Security Profile: Only client_id and request_uri at the authorization endpoint. */
import { fapi2 } from '../module.ts'

export const fapi2ParWithoutDuplicateParameters = fapi2(
  'fapi2-security-profile-final-par-without-duplicate-parameters',
  'par.flow',
)
