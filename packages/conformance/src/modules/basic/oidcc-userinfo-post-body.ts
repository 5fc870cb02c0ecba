/** OpenID Foundation, Basic OP: User info by POST with the token in the body. */
import { basic } from '../module.ts'

export const oidccUserinfoPostBody = basic('oidcc-userinfo-post-body', 'userinfo.body')
