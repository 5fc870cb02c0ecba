/** OpenID Foundation, FAPI 2.0 Security Profile: A token request without verifier. */
import { fapi2 } from '../module.ts'

export const fapi2EnsurePkceCodeVerifierRequired = fapi2(
  'fapi2-security-profile-final-ensure-pkce-code-verifier-required',
  'pkce.verifier-missing',
)
