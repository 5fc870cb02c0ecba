/** OpenID Foundation, RP-Initiated Logout OP: A hint whose signature was taken away. */
import { rpLogout } from '../module.ts'

export const oidccRpInitiatedLogoutModifiedIdTokenHint = rpLogout(
  'oidcc-rp-initiated-logout-modified-id-token-hint',
  'logout.unsigned-hint',
)
