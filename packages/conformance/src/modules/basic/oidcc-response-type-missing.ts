/** OpenID Foundation, Basic OP: A request without response_type. */
import { basic } from '../module.ts'

export const oidccResponseTypeMissing = basic(
  'oidcc-response-type-missing',
  'request.response-type-missing',
)
