/** OpenID Foundation, Basic OP: max_age=1, passed. */
import { basic } from '../module.ts'

export const oidccMaxAge1 = basic('oidcc-max-age-1', 'oidc.max-age-passed')
