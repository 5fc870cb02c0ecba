/** grant_type=refresh_token: RFC 6749 section 6, RFC 9700 section 4.14, docs/architecture.md. */
import type { Client } from '@latchkey/directory'
import { type Clock, LIMITS, nowSeconds, OAuthError } from '@latchkey/protocol'
import type { FamilyRecord, RedeemOutcome, Store } from '@latchkey/store'
import { chosenAudience } from '../checks/audience.ts'
import { narrowScope } from '../checks/scope.ts'
import { type Ender, entryExpiresAt } from '../ending/end.ts'
import { type Parameters, required } from '../http/parameters.ts'
import type { AsOf } from '../minting/access-token.ts'
import { scopeWithClaims } from '../minting/allowed-claims.ts'
import type { ProvenKeys } from '../minting/confirmation.ts'
import type { RefreshTokenFacts, RefreshTokens } from '../minting/refresh-token.ts'
import type { Grant, PersonGrant, PersonResponse } from './grant.ts'
import { narrowDetails } from './narrowed-rights.ts'
import { type PersonTokenDeps, personTokens } from './person-tokens.ts'
import { consentedRights, type RightsDirectory } from './user-rights.ts'

export interface RefreshTokenDeps extends PersonTokenDeps {
  readonly issuer: string
  readonly store: Pick<Store, 'families'>
  readonly directory: RightsDirectory
  readonly refreshTokens: RefreshTokens
  readonly concludeEnd: Ender['concludeEnd']
  readonly clock: Clock
  readonly idleSeconds: number
  readonly graceSeconds: number
  readonly log: { warn(facts: Record<string, unknown>, message: string): void }
}

type Redeemed = Extract<RedeemOutcome, { kind: 'rotated' | 'replayed' }>

/**
 * One step in the store, and only then SQL: the log position that comes back with the redemption is older than everything that
 * the answer is made from (docs/architecture.md). When the answer cannot be made, the redemption is taken back. A generation
 * that was spent on nothing would be spent behind the client's back: its next try would look like theft.
 */
export function refreshForPerson(deps: RefreshTokenDeps): PersonGrant {
  return async (client, parameters, proven) => {
    const now = nowSeconds(deps.clock)
    const facts = deps.refreshTokens.read(required(parameters, 'refresh_token', LIMITS.tokenBytes))
    if (!facts) throw new OAuthError('invalid_grant', 'refresh_token_malformed')
    const redeemed = await redeem(facts, client, proven, now, deps)
    const { family, rev } = redeemed
    try {
      const asOf = { now, rev }
      const { user, tokens } = await prepareAnswer(client, parameters, family, asOf, proven, deps)
      return { user, tokens: { ...tokens, refresh_token: deps.refreshTokens.write(family) } }
    } catch (error) {
      await takeBack(redeemed, now, deps)
      throw error
    }
  }
}

export function refreshToken(deps: RefreshTokenDeps): Grant {
  const refresh = refreshForPerson(deps)
  return async (client, parameters, proven) => (await refresh(client, parameters, proven)).tokens
}

/** Where even that fails, the grace window is left to the client. */
async function takeBack(redeemed: Redeemed, now: number, deps: RefreshTokenDeps): Promise<void> {
  if (redeemed.kind === 'replayed') return
  const { family, rotatedBefore } = redeemed
  const { familyId, generation } = family
  try {
    await deps.store.families.restore(familyId, { generation, rotatedBefore }, now)
  } catch (error) {
    deps.log.warn({ err: error, sid: family.sid }, 'redemption not taken back')
  }
}

async function prepareAnswer(
  client: Client,
  parameters: Parameters,
  family: FamilyRecord,
  asOf: AsOf,
  proven: ProvenKeys,
  deps: RefreshTokenDeps,
): Promise<PersonResponse> {
  const scope = narrowScope(parameters, family.scope)
  const audience = chosenAudience(parameters, client, deps.issuer, family.audience)
  const { claims } = family
  const details = narrowDetails(parameters, family.details, audience)
  const rights = await consentedRights(
    family.sub,
    client.id,
    { audience, scope: scopeWithClaims(scope, claims), details },
    deps.issuer,
    deps.directory,
  )
  const request = { rights, scope, asOf, session: family, claims, details, proven }
  return { user: rights.user, tokens: await personTokens(request, deps) }
}

async function redeem(
  facts: RefreshTokenFacts,
  client: Client,
  { dpopJkt }: ProvenKeys,
  now: number,
  deps: RefreshTokenDeps,
): Promise<Redeemed> {
  const outcome = await deps.store.families.redeem({
    ...facts,
    clientId: client.id,
    graceSeconds: deps.graceSeconds,
    idleExpiresAt: now + deps.idleSeconds,
    ...(dpopJkt !== undefined && { dpopJkt }),
    now,
    entryExpiresAt: entryExpiresAt(now),
  })
  switch (outcome.kind) {
    case 'rotated':
    case 'replayed':
      return outcome
    case 'dead':
      throw new OAuthError('invalid_grant', 'session_ended')
    case 'foreign':
      throw new OAuthError('invalid_grant', 'refresh_token_of_other_client')
    case 'key_differs':
      throw new OAuthError('invalid_grant', 'dpop_key_differs', {
        description: 'the refresh token is bound to another DPoP key',
      })
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
