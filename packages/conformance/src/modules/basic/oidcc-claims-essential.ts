/** OpenID Foundation, Basic OP: An essential claim of user info. */
import { basic } from '../module.ts'

export const oidccClaimsEssential = basic('oidcc-claims-essential', 'oidc.claims-parameter')
