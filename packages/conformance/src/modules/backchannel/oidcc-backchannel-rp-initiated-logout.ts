/** OpenID Foundation, Back-Channel OP: The logout token after signing out. */
import { backchannel } from '../module.ts'

export const oidccBackchannelRpInitiatedLogout = backchannel(
  'oidcc-backchannel-rp-initiated-logout',
  'logout.redirect',
  'backchannel.delivery',
  'backchannel.token',
  'backchannel.session',
  'backchannel.type',
)
