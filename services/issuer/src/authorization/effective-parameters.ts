/** Where the parameters of a request come from: the address, a request object (RFC 9101) or a push (RFC 9126). */
import type { Client } from '@latchkey/directory'
import { LIMITS, OAuthError } from '@latchkey/protocol'
import { bounded, type Parameters, parseParameters } from '../http/parameters.ts'
import type { PushedRequests } from './pushed-requests.ts'
import { openRequestObject, type RequestObjectDeps } from './request-object.ts'

/** The parameters that count. Those in the address count for nothing then but `client_id`. */
export interface Effective {
  readonly parameters: Parameters
  /** The push that they came by, used up when the sign-in is complete. */
  readonly requestUri: string | undefined
}

export type EffectiveParameters = (sent: Parameters, client: Client) => Promise<Effective>

export interface EffectiveParametersDeps extends RequestObjectDeps {
  readonly pushed: Pick<PushedRequests, 'look'>
}

/** @throws OAuthError that may be sent only to an address which is proven otherwise */
export function effectiveParameters(deps: EffectiveParametersDeps): EffectiveParameters {
  return async (sent, client) => {
    const requestUri = bounded(sent, 'request_uri', LIMITS.uriChars)
    if (requestUri !== undefined) {
      // RFC 9101 section 5: one of the two.
      if (sent.get('request') !== undefined) throw invalid('request_twice')
      return { parameters: await pushedParameters(requestUri, client, deps), requestUri }
    }
    if (client.requirePushedRequests) {
      throw invalid('push_required', 'this client must push its requests (RFC 9126)')
    }
    return { parameters: await signedOrSent(sent, client, deps), requestUri: undefined }
  }
}

/** At the endpoint for pushes and, without one, at the authorization endpoint. */
export async function signedOrSent(
  sent: Parameters,
  client: Client,
  deps: RequestObjectDeps,
): Promise<Parameters> {
  const text = bounded(sent, 'request', LIMITS.tokenBytes)
  if (text !== undefined) return await openRequestObject(text, client, deps)
  if (!client.requireSignedRequests) return sent
  throw invalid('signed_request_required', 'this client must sign its requests (RFC 9101)')
}

/** What was pushed was checked then, and is checked again now: the client may have changed in between. */
async function pushedParameters(
  requestUri: string,
  client: Client,
  { pushed }: EffectiveParametersDeps,
): Promise<Parameters> {
  // Only our own are known, and nothing is ever fetched from an address that somebody names.
  if (!requestUri.startsWith('urn:ietf:params:oauth:request_uri:')) {
    throw new OAuthError('request_uri_not_supported', 'request_uri_foreign')
  }
  const request = await pushed.look(requestUri)
  if (request?.clientId === client.id) return parseParameters(request.query)
  throw new OAuthError('invalid_request_uri', 'request_uri_unknown', {
    description: 'this request was not pushed by this client, has expired, or is done',
  })
}

function invalid(reason: string, description?: string): OAuthError {
  return new OAuthError('invalid_request', reason, description === undefined ? {} : { description })
}
