/** OpenID Foundation, Basic OP: ID tokens without signature only for clients that asked for them. */
import { basic } from '../module.ts'

export const oidccIdtokenUnsigned = basic('oidcc-idtoken-unsigned', 'id-token.never-unsigned')
