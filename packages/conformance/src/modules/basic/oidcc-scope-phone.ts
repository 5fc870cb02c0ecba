/** OpenID Foundation, Basic OP: The scope phone. */
import { basic } from '../module.ts'

export const oidccScopePhone = basic('oidcc-scope-phone', 'userinfo.scope-phone')
