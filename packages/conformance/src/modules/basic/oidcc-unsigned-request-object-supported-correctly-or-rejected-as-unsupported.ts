/** OpenID Foundation, Basic OP: An unsigned request object is used or refused. */
import { basic } from '../module.ts'

export const oidccUnsignedRequestObjectSupportedCorrectlyOrRejectedAsUnsupported = basic(
  'oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported',
  'jar.unsigned-handled',
)
