/** OpenID Foundation, Basic OP: User info by POST with the token in the header. */
import { basic } from '../module.ts'

export const oidccUserinfoPostHeader = basic('oidcc-userinfo-post-header', 'userinfo.post')
