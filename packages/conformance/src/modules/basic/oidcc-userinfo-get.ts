/** OpenID Foundation, Basic OP: User info by GET. */
import { basic } from '../module.ts'

export const oidccUserinfoGet = basic('oidcc-userinfo-get', 'userinfo.get')
