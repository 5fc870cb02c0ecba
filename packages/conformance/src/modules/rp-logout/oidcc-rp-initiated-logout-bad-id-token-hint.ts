/** OpenID Foundation, RP-Initiated Logout OP: A hint that somebody else has signed. */
import { rpLogout } from '../module.ts'

export const oidccRpInitiatedLogoutBadIdTokenHint = rpLogout(
  'oidcc-rp-initiated-logout-bad-id-token-hint',
  'logout.foreign-hint',
)
