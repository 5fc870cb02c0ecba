/** OpenID Foundation, Basic OP: A code is redeemed once. */
import { basic } from '../module.ts'

export const oidccCodereuse = basic('oidcc-codereuse', 'token.code-once')
