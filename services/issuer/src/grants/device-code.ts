/** grant_type=urn:ietf:params:oauth:grant-type:device_code: RFC 8628 sections 3.4 and 3.5. */
import type { Client } from '@latchkey/directory'
import { type Clock, nowSeconds, OAuthError, partitionOfDeviceCode } from '@latchkey/protocol'
import type { DevicePoll, Store } from '@latchkey/store'
import { chosenAudience } from '../checks/audience.ts'
import { type Parameters, required } from '../http/parameters.ts'
import type { Grant } from './grant.ts'
import { type JoinSessionDeps, joinSession } from './join-session.ts'
import { narrowDetails } from './narrowed-rights.ts'
import { type PersonTokenDeps, personTokens } from './person-tokens.ts'
import { consentedRights, type RightsDirectory } from './user-rights.ts'

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

export interface DeviceCodeDeps extends PersonTokenDeps, JoinSessionDeps {
  readonly issuer: string
  readonly store: Pick<Store, 'devices' | 'sessions' | 'families'>
  readonly directory: RightsDirectory
  readonly clock: Clock
}

export function deviceCode(deps: DeviceCodeDeps): Grant {
  return async (authenticated, parameters, proven) => {
    const now = nowSeconds(deps.clock)
    // The code is spent before anything is given out for it; a failed check below does not bring it back.
    const { record, sid, sub, scope } = await spendApproval(authenticated, parameters, now, deps)
    // The tokens are of the session in which the code was typed, and its end is theirs. Its log position counts: the
    // device's own may be that of another partition.
    const found = await deps.store.sessions.find(sid, now)
    if (!found) throw new OAuthError('invalid_grant', 'session_ended')
    const asOf = { now, rev: found.rev }
    const audience = chosenAudience(parameters, authenticated, deps.issuer, record.audience)
    const details = narrowDetails(parameters, record.details, audience)
    const rights = await consentedRights(
      sub,
      authenticated.id,
      { audience, scope, details },
      deps.issuer,
      deps.directory,
    )
    const session = { ...found.session, idleExpiresAt: now + deps.idleSeconds }
    const answer = await personTokens({ rights, scope, asOf, session, details, proven }, deps)
    const { authTime, acr, amr, absoluteExpiresAt } = session
    const facts = { sid, sub, scope, authTime, acr, amr, absoluteExpiresAt }
    const { audience: granted, details: narrowed } = record
    const joining = { ...facts, audience: granted, ...(narrowed && { details: narrowed }) }
    const refreshToken = await joinSession(rights.client, joining, asOf, proven, deps)
    return { ...answer, ...(refreshToken !== undefined && { refresh_token: refreshToken }) }
  }
}

type Approval = Extract<DevicePoll, { kind: 'approved' }>

async function spendApproval(
  client: Client,
  parameters: Parameters,
  now: number,
  { store }: Pick<DeviceCodeDeps, 'store'>,
): Promise<Approval> {
  const code = required(parameters, 'device_code', 512)
  if (partitionOfDeviceCode(code) === undefined) {
    throw new OAuthError('invalid_grant', 'device_code_malformed')
  }
  const poll = await store.devices.poll(code, client.id, now)
  switch (poll.kind) {
    case 'approved':
      return poll
    case 'pending':
      throw new OAuthError('authorization_pending', 'undecided')
    case 'slow_down':
      throw new OAuthError('slow_down', 'polled_too_early', {
        description: `poll every ${poll.intervalSeconds} seconds from now on`,
      })
    case 'denied':
      throw new OAuthError('access_denied', 'device_denied')
    case 'expired':
      throw new OAuthError('expired_token', 'device_code_expired')
    case 'unknown':
      throw new OAuthError('invalid_grant', 'device_code_unknown')
  }
}
