/** OpenID Foundation, Basic OP: Refresh tokens, and their binding to the client. */
import { basic } from '../module.ts'

export const oidccRefreshToken = basic(
  'oidcc-refresh-token',
  'refresh.new-token',
  'refresh.client',
  'id-token.refreshed',
)
