/** OpenID Foundation, Basic OP: id_token_hint with prompt=none. */
import { basic } from '../module.ts'

export const oidccIdTokenHint = basic('oidcc-id-token-hint', 'oidc.id-token-hint')
