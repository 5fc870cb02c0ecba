import { OAuthError } from '@latchkey/protocol'

/** The description never tells which part was wrong: that a client exists is not for everybody. */
export function invalidClient(reason: string): OAuthError {
  return new OAuthError('invalid_client', reason, { description: 'client authentication failed' })
}
