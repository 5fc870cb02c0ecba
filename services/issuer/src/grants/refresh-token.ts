/** grant_type=refresh_token: RFC 6749 section 6, RFC 9700 section 4.14, DESIGN section 6. */
import type { Client } from '@latchkey/directory'
import { type Clock, LIMITS, nowSeconds, OAuthError, type Position } from '@latchkey/protocol'
import type { FamilyRecord, Store } from '@latchkey/store'
import { chosenAudience } from '../checks/audience.ts'
import { narrowScope } from '../checks/scope.ts'
import { type Ender, entryExpiresAt } from '../end.ts'
import { type Parameters, required } from '../http/parameters.ts'
import type { AsOf } from '../minting/access-token.ts'
import type { RefreshTokenFacts, RefreshTokens } from '../sessions/refresh-token.ts'
import type { Grant, TokenResponse } from './grant.ts'
import { type PersonTokenDeps, personTokens } from './person-tokens.ts'
import { type RightsDirectory, userRights } from './user-rights.ts'

export interface RefreshTokenDeps extends PersonTokenDeps {
  readonly issuer: string
  readonly store: Pick<Store, 'families'>
  readonly directory: RightsDirectory
  readonly refreshTokens: RefreshTokens
  readonly concludeEnd: Ender['concludeEnd']
  readonly clock: Clock
  readonly idleSeconds: number
  readonly graceSeconds: number
}

/**
 * The answer is made before the generation is spent and given out afterwards. A generation that was spent on an answer
 * that failed (SQL away, a service closed) would be spent behind the client's back: its next try would look like theft.
 */
export function refreshToken(deps: RefreshTokenDeps): Grant {
  return async (client, parameters) => {
    const now = nowSeconds(deps.clock)
    const facts = deps.refreshTokens.read(required(parameters, 'refresh_token', LIMITS.tokenBytes))
    if (!facts) throw new OAuthError('invalid_grant', 'refresh_token_malformed')
    const { family, rev } = await findFamily(facts, client, now, deps)
    const answer = await prepareAnswer(client, parameters, family, { now, rev }, deps)
    const successor = await redeem(facts, client, now, deps)
    return { ...answer, refresh_token: deps.refreshTokens.write(successor) }
  }
}

async function findFamily(
  facts: RefreshTokenFacts,
  client: Client,
  now: number,
  deps: RefreshTokenDeps,
): Promise<{ family: FamilyRecord; rev: Position }> {
  const found = await deps.store.families.peek(facts.familyId, now)
  if (!found) throw new OAuthError('invalid_grant', 'session_ended')
  if (found.family.clientId !== client.id) {
    throw new OAuthError('invalid_grant', 'refresh_token_of_other_client')
  }
  return found
}

async function prepareAnswer(
  client: Client,
  parameters: Parameters,
  family: FamilyRecord,
  asOf: AsOf,
  deps: RefreshTokenDeps,
): Promise<TokenResponse> {
  const scope = narrowScope(parameters, family.scope)
  const audience = chosenAudience(parameters, client, deps.issuer, family.audience)
  const rights = await userRights(family.sub, client.id, audience, deps.issuer, deps.directory)
  return personTokens({ rights, scope, asOf, session: family }, deps)
}

async function redeem(
  facts: RefreshTokenFacts,
  client: Client,
  now: number,
  deps: RefreshTokenDeps,
): Promise<FamilyRecord> {
  const outcome = await deps.store.families.redeem({
    ...facts,
    clientId: client.id,
    graceSeconds: deps.graceSeconds,
    idleExpiresAt: now + deps.idleSeconds,
    now,
    entryExpiresAt: entryExpiresAt(now),
  })
  switch (outcome.kind) {
    case 'rotated':
    case 'replayed':
      return outcome.family
    case 'dead':
      throw new OAuthError('invalid_grant', 'session_ended')
    case 'foreign':
      throw new OAuthError('invalid_grant', 'refresh_token_of_other_client')
    case 'reused': {
      // The store has ended the session in the same step: the thief and the robbed both hold dead tokens.
      const { family, entry, epoch, session } = outcome
      const { sid, sub } = family
      await deps.concludeEnd(
        { kind: 'session', sid },
        'refresh_reused',
        { sub, clientId: client.id, sid },
        { entries: [entry], epoch, session },
      )
      throw new OAuthError('invalid_grant', 'refresh_token_reused')
    }
  }
}
