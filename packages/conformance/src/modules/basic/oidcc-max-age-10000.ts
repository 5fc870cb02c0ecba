/** OpenID Foundation, Basic OP: max_age=10000, not passed. */
import { basic } from '../module.ts'

export const oidccMaxAge10000 = basic('oidcc-max-age-10000', 'oidc.max-age-not-passed')
