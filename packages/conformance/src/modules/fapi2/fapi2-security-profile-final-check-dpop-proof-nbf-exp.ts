/** OpenID Foundation, FAPI 2.0 Security Profile: Proofs with nbf and exp. */
import { fapi2 } from '../module.ts'

export const fapi2CheckDpopProofNbfExp = fapi2(
  'fapi2-security-profile-final-check-dpop-proof-nbf-exp',
  'dpop.more-claims',
)
