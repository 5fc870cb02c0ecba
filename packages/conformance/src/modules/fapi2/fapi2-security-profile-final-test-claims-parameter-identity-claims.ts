/** OpenID Foundation, FAPI 2.0 Security Profile: Claims asked for one by one. */
import { fapi2 } from '../module.ts'

export const fapi2TestClaimsParameterIdentityClaims = fapi2(
  'fapi2-security-profile-final-test-claims-parameter-identity-claims',
  'oidc.claims-parameter',
)
