/** OpenID Foundation, FAPI 2.0 Security Profile: The same where an issuer may take it: ours does not. */
import { fapi2 } from '../module.ts'

export const fapi2PlainFapiTolerateUnregisteredRedirectUri = fapi2(
  'fapi2-security-profile-final-plain-fapi-tolerate-unregistered-redirect-uri',
  'par.validated',
)
