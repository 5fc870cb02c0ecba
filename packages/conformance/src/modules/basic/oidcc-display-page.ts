/** OpenID Foundation, Basic OP: display=page. */
import { basic } from '../module.ts'

export const oidccDisplayPage = basic('oidcc-display-page', 'oidc.display-page')
