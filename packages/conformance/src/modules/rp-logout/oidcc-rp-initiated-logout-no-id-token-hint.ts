/** OpenID Foundation, RP-Initiated Logout OP: No hint. */
import { rpLogout } from '../module.ts'

export const oidccRpInitiatedLogoutNoIdTokenHint = rpLogout(
  'oidcc-rp-initiated-logout-no-id-token-hint',
  'logout.no-hint',
)
