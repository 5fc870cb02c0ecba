/** OpenID Foundation, Basic OP: The scope address. */
import { basic } from '../module.ts'

export const oidccScopeAddress = basic('oidcc-scope-address', 'userinfo.scope-address')
