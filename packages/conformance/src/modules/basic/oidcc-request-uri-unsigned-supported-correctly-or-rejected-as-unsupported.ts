/** OpenID Foundation, Basic OP: request_uri is supported or refused. */
import { basic } from '../module.ts'

export const oidccRequestUriUnsignedSupportedCorrectlyOrRejectedAsUnsupported = basic(
  'oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported',
  'jar.request-uri-not-fetched',
)
