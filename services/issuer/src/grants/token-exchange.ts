/** Token exchange, RFC 8693: a service calls another one for the person whose token it received. */
import type { Client, Directory } from '@latchkey/directory'
import {
  type AccessTokenClaims,
  type ActorClaim,
  type Clock,
  machineSubject,
  nowSeconds,
  OAuthError,
  partitionOfSession,
} from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import { checkAudience } from '../checks/audience.ts'
import { checkAuthorizationDetails, detailsAudience } from '../checks/authorization-details.ts'
import { narrowScope } from '../checks/scope.ts'
import { sharedRoutes } from '../checks/shared-routes.ts'
import type { Parameters } from '../http/parameters.ts'
import type { AccessTokens } from '../minting/access-token.ts'
import { firstEnd } from '../minting/first-end.ts'
import type { AccessTokenReader } from '../reading/access-token-reader.ts'
import type { ReadRoutes } from '../rights/routes-claim.ts'
import { ACCESS_TOKEN, namesActor, refuse, subjectToken } from './exchanged-tokens.ts'
import type { Grant, TokenResponse } from './grant.ts'
import { grantedDetails, narrowRoutes } from './narrowed-rights.ts'
import { type RightsDirectory, type UserRights, userRights } from './user-rights.ts'

/** A chain of delegations deeper than this is a loop. */
const MOST_ACTORS = 8

export interface TokenExchangeDeps {
  readonly issuer: string
  readonly store: Pick<Store, 'log' | 'sessions'>
  readonly directory: RightsDirectory & { readonly services: Pick<Directory['services'], 'find'> }
  readonly accessTokens: AccessTokens
  readonly readAccessToken: AccessTokenReader
  readonly readRoutes: ReadRoutes
  /** Resolves when this process has read the revocation log up to its end. */
  readonly readLog: () => Promise<void>
  readonly clock: Clock
}

export function tokenExchange(deps: TokenExchangeDeps): Grant {
  return async (client, parameters, proven) => {
    checkAskedType(parameters)
    const now = nowSeconds(deps.clock)
    // An exchanged token has an id of its own: that the subject token was ended is seen here or nowhere.
    await deps.readLog()
    const subject = await subjectToken(client, parameters, deps.readAccessToken)
    const namesItself = await namesActor(client, parameters, proven, deps.readAccessToken)
    const details = checkAuthorizationDetails(parameters)
    const audience = exchangeAudience(client, parameters, detailsAudience(details), deps)
    const scope = narrowScope(parameters, subject.scope)
    const { session, rev } = await livingSession(subject, now, deps)
    const rights = await subjectRights(subject, client, audience, deps)
    const routes = narrowRoutes(await routesFor(rights, subject, deps), details, audience)
    // Section 1.1: without an actor the new token is the person's alone. That is for clients that were trusted with it;
    // everybody else is named as the actor, asked or not.
    const impersonates = rights.client.mayImpersonate && !namesItself
    const access = await deps.accessTokens.mint({
      ...rights,
      routes,
      sub: subject.sub,
      clientId: client.id,
      scope,
      asOf: { rev, now },
      // The facts of the sign-in come from the session: a service could have written others into a token for itself.
      session,
      act: impersonates ? subject.act : actor(client, subject),
      notAfter: firstEnd(
        subject.exp,
        session.idleExpiresAt,
        session.absoluteExpiresAt,
        rights.until,
      ),
      proven,
    })
    return {
      access_token: access.token,
      issued_token_type: ACCESS_TOKEN,
      token_type: access.tokenType,
      expires_in: access.expiresIn,
      ...(scope !== '' && { scope }),
      ...grantedDetails(routes, details, audience),
    } satisfies TokenResponse
  }
}

function checkAskedType(parameters: Parameters): void {
  const asked = parameters.get('requested_token_type')
  if (asked === undefined || asked === ACCESS_TOKEN) return
  throw refuse('requested_token_type_unsupported', 'only access tokens are issued')
}

/** The issuer itself, with its profiles and its admin API, only for clients that were registered for it. */
function exchangeAudience(
  client: Client,
  parameters: Parameters,
  details: string | undefined,
  deps: TokenExchangeDeps,
): string {
  const audience = checkAudience(parameters, client, deps.issuer, {
    names: ['resource', 'audience'],
    details,
  })
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

/** Section 2.2.2: whatever is wrong with the person is wrong with the subject token. */
async function subjectRights(
  subject: AccessTokenClaims,
  client: Client,
  audience: string,
  { issuer, directory }: TokenExchangeDeps,
): Promise<UserRights> {
  try {
    return await userRights(subject.sub, client.id, audience, issuer, directory)
  } catch (error) {
    const isAboutPerson = error instanceof OAuthError && error.code === 'invalid_grant'
    throw isAboutPerson ? refuse(error.reason) : error
  }
}

/** Never more than the person may do now; at the service that the subject token was for, also never more than that token. */
async function routesFor(
  { service, routes }: UserRights,
  subject: AccessTokenClaims,
  deps: TokenExchangeDeps,
): Promise<readonly string[]> {
  if (service.audience !== subject.aud) return routes
  return sharedRoutes(routes, await deps.readRoutes(subject.aud, subject.routes))
}

/** RFC 8693 section 4.1: the newest actor is the outermost. */
function actor(client: Client, subject: AccessTokenClaims): ActorClaim {
  let depth = 1
  for (let inner = subject.act; inner; inner = inner.act) depth += 1
  if (depth > MOST_ACTORS) throw refuse('too_many_actors', 'the delegation chain is too long')
  const sub = machineSubject(client.id)
  return subject.act ? { sub, act: subject.act } : { sub }
}
