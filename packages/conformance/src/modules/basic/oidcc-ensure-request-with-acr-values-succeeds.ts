/** OpenID Foundation, Basic OP: acr_values. */
import { basic } from '../module.ts'

export const oidccEnsureRequestWithAcrValuesSucceeds = basic(
  'oidcc-ensure-request-with-acr-values-succeeds',
  'oidc.acr-values',
)
