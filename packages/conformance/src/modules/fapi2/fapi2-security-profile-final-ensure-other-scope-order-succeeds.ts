/** OpenID Foundation, FAPI 2.0 Security Profile: Scopes in another order. */
import { fapi2 } from '../module.ts'

export const fapi2EnsureOtherScopeOrderSucceeds = fapi2(
  'fapi2-security-profile-final-ensure-other-scope-order-succeeds',
  'request.order',
)
