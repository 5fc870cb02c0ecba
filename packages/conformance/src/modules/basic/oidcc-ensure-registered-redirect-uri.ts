/** OpenID Foundation, Basic OP: An unregistered redirect_uri. */
import { basic } from '../module.ts'

export const oidccEnsureRegisteredRedirectUri = basic(
  'oidcc-ensure-registered-redirect-uri',
  'request.redirect-uri-unregistered',
)
