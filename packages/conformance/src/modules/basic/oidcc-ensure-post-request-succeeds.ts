/** OpenID Foundation, Basic OP: A request by POST. */
import { basic } from '../module.ts'

export const oidccEnsurePostRequestSucceeds = basic(
  'oidcc-ensure-post-request-succeeds',
  'request.post',
)
