/** OpenID Foundation, RP-Initiated Logout OP: Signing out with hint, address and state. */
import { rpLogout } from '../module.ts'

export const oidccRpInitiatedLogout = rpLogout('oidcc-rp-initiated-logout', 'logout.redirect')
