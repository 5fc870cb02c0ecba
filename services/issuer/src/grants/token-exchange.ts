/** Token exchange, RFC 8693: a service calls another one for the person whose token it received (delegation). */
import type { Client, Directory, Service } from '@latchkey/directory'
import {
  type AccessTokenClaims,
  type ActorClaim,
  type Clock,
  isUserSubject,
  LIMITS,
  machineSubject,
  nowSeconds,
  OAuthError,
  partitionOfSession,
} from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import type { AccessTokenReader } from '../access-token-reader.ts'
import { checkAudience } from '../checks/audience.ts'
import { type Parameters, required } from '../http/parameters.ts'
import type { AccessTokens } from '../minting/access-token.ts'
import type { Grant, TokenResponse } from './grant.ts'
import { type RightsDirectory, userRights } from './user-rights.ts'

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
/** A chain of delegations deeper than this is a loop. */
const MOST_ACTORS = 8

export interface TokenExchangeDeps {
  readonly issuer: string
  readonly store: Pick<Store, 'log' | 'sessions'>
  readonly directory: RightsDirectory & { readonly services: Pick<Directory['services'], 'find'> }
  readonly accessTokens: AccessTokens
  readonly readAccessToken: AccessTokenReader
  /** Resolves when this process has read the revocation log up to its end. */
  readonly readLog: () => Promise<void>
  readonly clock: Clock
}

export function tokenExchange(deps: TokenExchangeDeps): Grant {
  return async (client, parameters) => {
    refuseActorToken(parameters)
    const asked = parameters.get('requested_token_type')
    if (asked !== undefined && asked !== ACCESS_TOKEN) {
      throw refuse('requested_token_type_unsupported', 'only access tokens are issued')
    }
    const now = nowSeconds(deps.clock)
    // An exchanged token has an id of its own: that the subject token was ended is seen here or nowhere.
    await deps.readLog()
    const subject = await subjectToken(client, parameters, deps)
    const audience = exchangeAudience(client, parameters, deps)
    const { session, rev } = await livingSession(subject, now, deps)
    const rights = await userRights(subject.sub, client.id, audience, deps.issuer, deps.directory)
    const access = deps.accessTokens.mint({
      ...rights,
      sub: subject.sub,
      clientId: client.id,
      scope: subject.scope,
      asOf: { rev, now },
      // The facts of the sign-in come from the session: a service could have written others into a token for itself.
      session,
      act: actor(client, subject),
      notAfter: Math.min(subject.exp, session.absoluteExpiresAt),
    })
    return {
      access_token: access.token,
      issued_token_type: ACCESS_TOKEN,
      token_type: 'Bearer',
      expires_in: access.expiresIn,
      ...(subject.scope !== '' && { scope: subject.scope }),
    } satisfies TokenResponse
  }
}

function refuseActorToken(parameters: Parameters): void {
  const hasToken = parameters.get('actor_token') !== undefined
  const hasType = parameters.get('actor_token_type') !== undefined
  // The authenticated client is the actor; a second one would have to be proven too (RFC 8693 section 1.1).
  if (hasToken || hasType) throw refuse('actor_token_unsupported', 'actor_token is not supported')
}

/** RFC 8693 section 2.2.2: a subject token that cannot be used is invalid_request. */
async function subjectToken(
  client: Client,
  parameters: Parameters,
  deps: TokenExchangeDeps,
): Promise<AccessTokenClaims> {
  const token = required(parameters, 'subject_token', LIMITS.tokenBytes)
  const type = required(parameters, 'subject_token_type', 256)
  if (type !== ACCESS_TOKEN) {
    throw refuse('subject_token_type_unsupported', 'subject_token_type must be access_token')
  }
  const read = await deps.readAccessToken(token)
  if (read.kind === 'invalid') throw refuse(`subject_token_${read.reason}`)
  const { claims, service } = read
  // Only the service that a token was addressed to may act on it.
  if (!addressedTo(client, service)) throw refuse('subject_token_not_for_caller')
  if (!isUserSubject(claims.sub)) throw refuse('subject_token_of_machine')
  return claims
}

function addressedTo(client: Client, service: Service): boolean {
  return service.clients.includes(client.id)
}

/** The issuer itself, with its profiles and its admin API, only for clients that were registered for it. */
function exchangeAudience(client: Client, parameters: Parameters, deps: TokenExchangeDeps): string {
  const audience = checkAudience(parameters, client, deps.issuer, ['resource', 'audience'])
  if (client.services.includes(audience)) return audience
  throw new OAuthError('invalid_target', 'resource_not_allowed')
}

async function livingSession(subject: AccessTokenClaims, now: number, deps: TokenExchangeDeps) {
  if (subject.sid === undefined || partitionOfSession(subject.sid) === undefined) {
    throw refuse('subject_token_without_session')
  }
  const found = await deps.store.sessions.find(subject.sid, now)
  if (!found || found.session.sub !== subject.sub) throw refuse('session_ended')
  return found
}

/** RFC 8693 section 4.1: the newest actor is the outermost. */
function actor(client: Client, subject: AccessTokenClaims): ActorClaim {
  let depth = 1
  for (let inner = subject.act; inner; inner = inner.act) depth += 1
  if (depth > MOST_ACTORS) throw refuse('too_many_actors', 'the delegation chain is too long')
  const sub = machineSubject(client.id)
  return subject.act ? { sub, act: subject.act } : { sub }
}

function refuse(reason: string, description = 'the subject token cannot be used'): OAuthError {
  return new OAuthError('invalid_request', reason, { description })
}
