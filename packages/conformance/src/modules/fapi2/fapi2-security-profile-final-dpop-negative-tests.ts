/** OpenID Foundation, FAPI 2.0 Security Profile: Proofs with every fault. */
import { fapi2 } from '../module.ts'

export const fapi2DpopNegativeTests = fapi2(
  'fapi2-security-profile-final-dpop-negative-tests',
  'dpop.method',
  'dpop.address',
  'dpop.old',
  'dpop.future',
  'dpop.no-jti',
  'dpop.no-iat',
  'dpop.type',
  'dpop.key-missing',
  'dpop.key-other',
  'dpop.private-key',
  'dpop.malformed',
  'dpop.once',
  'dpop.as-bearer',
  'dpop.token-hash',
)
