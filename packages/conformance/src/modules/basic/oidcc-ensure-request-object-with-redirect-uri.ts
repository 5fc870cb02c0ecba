/** OpenID Foundation, Basic OP: A request object does not smuggle in another redirect_uri. */
import { basic } from '../module.ts'

export const oidccEnsureRequestObjectWithRedirectUri = basic(
  'oidcc-ensure-request-object-with-redirect-uri',
  'jar.redirect-uri',
  'jar.unsigned-handled',
)
