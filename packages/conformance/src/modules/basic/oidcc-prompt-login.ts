/** OpenID Foundation, Basic OP: prompt=login. */
import { basic } from '../module.ts'

export const oidccPromptLogin = basic('oidcc-prompt-login', 'oidc.prompt-login')
