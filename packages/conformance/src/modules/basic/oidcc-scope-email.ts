/** OpenID Foundation, Basic OP: The scope email. */
import { basic } from '../module.ts'

export const oidccScopeEmail = basic('oidcc-scope-email', 'userinfo.scope-email')
