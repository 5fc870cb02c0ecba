/** OpenID Foundation, Basic OP: ID tokens are signed with RS256, and the key is named. */
import { basic } from '../module.ts'

export const oidccIdtokenSignature = basic(
  'oidcc-idtoken-signature',
  'id-token.rs256',
  'id-token.signature',
  'jwks.kid',
)
