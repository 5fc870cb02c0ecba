/** OpenID Foundation, FAPI 2.0 Security Profile: Refresh tokens, for their client only. */
import { fapi2 } from '../module.ts'

export const fapi2RefreshToken = fapi2('fapi2-security-profile-final-refresh-token', 'fapi.refresh')
