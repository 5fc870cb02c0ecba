/** OpenID Foundation, Basic OP: login_hint. */
import { basic } from '../module.ts'

export const oidccLoginHint = basic('oidcc-login-hint', 'oidc.login-hint')
