/** OpenID Foundation, Basic OP: Unknown parameters are ignored. */
import { basic } from '../module.ts'

export const oidccEnsureRequestWithUnknownParameterSucceeds = basic(
  'oidcc-ensure-request-with-unknown-parameter-succeeds',
  'request.unknown-parameter',
)
