/** OpenID Foundation, Basic OP: Parameters and scopes in another order, a token type in other letters. */
import { basic } from '../module.ts'

export const oidccAlternateHappyFlow = basic(
  'oidcc-alternate-happy-flow',
  'request.order',
  'bearer.scheme-case',
)
