/** OpenID Foundation, FAPI 2.0 Security Profile: Assertions with every other fault. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureInvalidClientAssertionsFail = fapi2(
  'fapi2-security-profile-final-ensure-invalid-client-assertions-fail',
  'assertion.issuer',
  'assertion.subject',
  'assertion.no-issuer',
  'assertion.no-audience',
  'assertion.no-expiry',
  'assertion.foreign-key',
  'assertion.unsigned',
  'assertion.malformed',
  'assertion.type',
)
