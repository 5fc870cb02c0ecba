/** OpenID Foundation, Basic OP: The tokens of a code end when it comes a second time, also later. */
import { basic } from '../module.ts'

export const oidccCodereuse30seconds = basic(
  'oidcc-codereuse-30seconds',
  'token.code-once',
  'token.code-reuse-later',
)
