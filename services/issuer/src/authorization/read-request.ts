/**
 * From the text of an authorization request to one that can be decided about; every step of a flow begins with it, because a
 * form that carries the request on is only a carrier. Nothing here writes an answer.
 */
import type { Client, Clients } from '@latchkey/directory'
import { type Clock, OAuthError } from '@latchkey/protocol'
import {
  type AuthorizationRequest,
  checkAuthorizationRequest,
  checkState,
  type ProvenTarget,
} from '../checks/authorization-request.ts'
import { namedSubjects } from '../checks/claims-parameter.ts'
import { checkClient } from '../checks/client.ts'
import { checkRedirectUri, matchesRegistered } from '../checks/redirect-uri.ts'
import { knownResponseMode } from '../checks/response.ts'
import { type Parameters, parseParameters } from '../http/parameters.ts'
import type { IdTokenHints } from '../reading/id-token-hints.ts'
import type { Effective, EffectiveParameters } from './effective-parameters.ts'
import { RedirectableError } from './redirectable-error.ts'
import { isVouchedAddress } from './vouched-address.ts'

export interface ReadRequestDeps {
  readonly issuer: string
  readonly clients: Pick<Clients, 'find'>
  readonly effectiveParameters: EffectiveParameters
  readonly hints: IdTokenHints
  readonly clock: Clock
}

/** A checked request, and whom it names. */
export interface AskedRequest extends AuthorizationRequest {
  /** As it was sent: what the forms of this flow carry. */
  readonly query: string
  /** The push that it came by (RFC 9126). */
  readonly requestUri: string | undefined
  /** The person by the subjects that this client knows: of `id_token_hint`, and of the claim `sub` with a value. */
  readonly namedSubjects: readonly string[]
}

/** @throws OAuthError until client and redirect URI are proven, RedirectableError for every fault after that */
export async function readRequest(query: string, deps: ReadRequestDeps): Promise<AskedRequest> {
  const sent = parseParameters(query)
  const client = await checkClient(sent, deps.clients)
  const { parameters, requestUri } = await resolve(sent, client, deps)
  // RFC 6749 section 4.1.2.1, RFC 9700 section 4.11: up to here errors are pages.
  const target = { client, redirectUri: checkRedirectUri(parameters, client) }
  return { ...(await checkRequest(parameters, target, deps)), query, requestUri }
}

/** What cannot be resolved may still have an address beside it that is proven: then the client hears of it there. */
async function resolve(
  sent: Parameters,
  client: Client,
  deps: ReadRequestDeps,
): Promise<Effective> {
  try {
    return await deps.effectiveParameters(sent, client)
  } catch (error) {
    const redirectUri = sent.get('redirect_uri')
    const isProven =
      redirectUri !== undefined && matchesRegistered(redirectUri, client.redirectUris)
    if (!isProven || !mayHear(client, sent) || !(error instanceof OAuthError)) throw error
    throw new RedirectableError(error, {
      redirectUri,
      state: stateOrNothing(sent),
      responseMode: knownResponseMode(sent) ?? 'query',
    })
  }
}

/** Also for requests that are pushed, whose address does not count before it is used. */
export async function checkRequest(
  parameters: Parameters,
  target: ProvenTarget,
  deps: Pick<ReadRequestDeps, 'issuer' | 'hints'>,
): Promise<Omit<AskedRequest, 'query' | 'requestUri'>> {
  try {
    const request = checkAuthorizationRequest(parameters, target, deps.issuer)
    const hinted = await readHint(request, deps)
    return { ...request, namedSubjects: [...hinted, ...namedSubjects(request.claims)] }
  } catch (error) {
    if (!mayHear(target.client, parameters) || !(error instanceof OAuthError)) throw error
    throw new RedirectableError(error, {
      ...target,
      state: stateOrNothing(parameters),
      responseMode: knownResponseMode(parameters) ?? 'query',
    })
  }
}

/** Of faults that are seen before anybody has signed in. */
function mayHear(client: Client, parameters: Parameters): boolean {
  return isVouchedAddress(client, parameters.get('prompt') === 'none')
}

/** A state that is itself the fault (too long) is not sent back. */
function stateOrNothing(parameters: Parameters): string | undefined {
  try {
    return checkState(parameters)
  } catch {
    return undefined
  }
}

async function readHint(
  request: AuthorizationRequest,
  deps: Pick<ReadRequestDeps, 'hints'>,
): Promise<readonly string[]> {
  if (request.idTokenHint === undefined) return []
  const hint = await deps.hints.read(request.idTokenHint)
  if (hint) return [hint.sub]
  throw new OAuthError('invalid_request', 'id_token_hint_invalid', {
    description: 'id_token_hint is not an ID token of this issuer',
  })
}
