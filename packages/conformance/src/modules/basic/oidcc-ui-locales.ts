/** OpenID Foundation, Basic OP: ui_locales. */
import { basic } from '../module.ts'

export const oidccUiLocales = basic('oidcc-ui-locales', 'oidc.ui-locales')
