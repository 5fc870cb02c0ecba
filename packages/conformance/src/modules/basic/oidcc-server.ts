/** OpenID Foundation, Basic OP: The code flow from request to user info. */
import { basic } from '../module.ts'

export const oidccServer = basic(
  'oidcc-server',
  'request.get',
  'token.success',
  'id-token.signature',
  'id-token.nonce',
  'userinfo.get',
)
