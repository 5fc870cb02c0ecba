/** OpenID Foundation, Basic OP: prompt=none where nobody is signed in. */
import { basic } from '../module.ts'

export const oidccPromptNoneNotLoggedIn = basic(
  'oidcc-prompt-none-not-logged-in',
  'oidc.prompt-none-signed-out',
)
