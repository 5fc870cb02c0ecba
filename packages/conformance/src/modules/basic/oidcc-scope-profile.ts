/** OpenID Foundation, Basic OP: The scope profile. */
import { basic } from '../module.ts'

export const oidccScopeProfile = basic('oidcc-scope-profile', 'userinfo.scope-profile')
