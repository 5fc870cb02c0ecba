/** OpenID Foundation, Basic OP: display=popup. */
import { basic } from '../module.ts'

export const oidccDisplayPopup = basic('oidcc-display-popup', 'oidc.display-popup')
