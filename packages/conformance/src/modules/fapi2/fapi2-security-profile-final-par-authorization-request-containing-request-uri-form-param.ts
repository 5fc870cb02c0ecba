/** OpenID Foundation, FAPI 2.0 Security Profile: A request_uri in a push. */
import { fapi2 } from '../module.ts'

export const fapi2ParAuthorizationRequestContainingRequestUriFormParam = fapi2(
  'fapi2-security-profile-final-par-authorization-request-containing-request_uri-form-param',
  'par.request-uri-in-push',
)
