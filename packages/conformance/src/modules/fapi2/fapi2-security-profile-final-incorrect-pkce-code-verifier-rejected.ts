/** OpenID Foundation, FAPI 2.0 Security Profile: A token request with a wrong verifier. */
import { fapi2 } from '../module.ts'

export const fapi2IncorrectPkceCodeVerifierRejected = fapi2(
  'fapi2-security-profile-final-incorrect-pkce-code-verifier-rejected',
  'pkce.verifier-wrong',
)
