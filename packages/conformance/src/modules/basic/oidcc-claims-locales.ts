/** OpenID Foundation, Basic OP: claims_locales. */
import { basic } from '../module.ts'

export const oidccClaimsLocales = basic('oidcc-claims-locales', 'oidc.claims-locales')
