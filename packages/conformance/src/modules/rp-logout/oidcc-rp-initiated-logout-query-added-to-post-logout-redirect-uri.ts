/** OpenID Foundation, RP-Initiated Logout OP: A registered address with a query added. */
import { rpLogout } from '../module.ts'

export const oidccRpInitiatedLogoutQueryAddedToPostLogoutRedirectUri = rpLogout(
  'oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri',
  'logout.query-added',
)
