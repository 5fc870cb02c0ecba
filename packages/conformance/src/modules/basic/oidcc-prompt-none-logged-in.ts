/** OpenID Foundation, Basic OP: prompt=none where somebody is signed in. */
import { basic } from '../module.ts'

export const oidccPromptNoneLoggedIn = basic(
  'oidcc-prompt-none-logged-in',
  'oidc.prompt-none-signed-in',
)
