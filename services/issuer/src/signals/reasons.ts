/** Who began it and why, in the words of CAEP 1.0 section 2. */
import type { EndReason } from '@latchkey/protocol'

type Initiator = 'admin' | 'user' | 'policy' | 'system'

/** The canary has no row: it is never signalled. */
const REASONS: Readonly<Record<Exclude<EndReason, 'canary'>, readonly [Initiator, string]>> = {
  sign_out: ['user', 'The person signed out.'],
  admin: ['admin', 'An administrator ended it.'],
  expired: ['policy', 'The session was over.'],
  password_changed: ['user', 'The password was changed.'],
  one_time_code_changed: ['user', 'The one-time code of the account was changed.'],
  user_disabled: ['admin', 'The account was disabled.'],
  user_deleted: ['admin', 'The account was deleted.'],
  refresh_reused: ['policy', 'A refresh token was used twice: two parties had it.'],
  code_replayed: ['policy', 'An authorization code was used twice.'],
  token_revoked: ['user', 'An app gave its token back.'],
  client_disabled: ['admin', 'An app was disabled.'],
  service_quarantined: ['admin', 'A service was quarantined.'],
  key_compromised: ['admin', 'A key was withdrawn.'],
  permissions_changed: ['admin', 'Permissions were changed.'],
  user_switched: ['user', 'Somebody else signed in.'],
  consent_withdrawn: ['user', 'The person took a consent back.'],
  external_signal: ['system', 'Another system asked for it.'],
  emergency: ['admin', 'Everything was ended in an emergency.'],
}

/** Members of an event. CAEP Interoperability Profile section 3: `reason_admin` is never empty. */
export function whyMembers(reason: Exclude<EndReason, 'canary'>) {
  const [initiator, text] = REASONS[reason]
  return { initiating_entity: initiator, reason_admin: { en: text } }
}
