/** OpenID Foundation, Basic OP: All four scopes at once. */
import { basic } from '../module.ts'

export const oidccScopeAll = basic(
  'oidcc-scope-all',
  'userinfo.all-scopes',
  'userinfo.no-empty-claims',
)
