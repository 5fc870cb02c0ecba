/** OpenID Foundation, Basic OP: PKCE with S256. */
import { basic } from '../module.ts'

export const oidccEnsureRequestWithValidPkceSucceeds = basic(
  'oidcc-ensure-request-with-valid-pkce-succeeds',
  'pkce.s256',
)
