/** Signed requests by value: RFC 9101, OpenID Connect Core section 6.1. Requests by reference are never fetched. */
import type { Client } from '@latchkey/directory'
import { type Clock, nowSeconds, OAuthError, TYP } from '@latchkey/protocol'
import { clientJwtHeader, verifyClientJwt } from '@latchkey/tokens'
import { type Parameters, parseParameters } from '../http/parameters.ts'
import type { ClientKeys } from '../outgoing/client-keys.ts'

export interface RequestObjectDeps {
  readonly issuer: string
  readonly clientKeys: ClientKeys
  readonly clock: Clock
}

/** FAPI 2.0 Message Signing section 5.3.1: at most so long from `nbf` to `exp`. */
const MAX_LIFETIME_SECONDS = 3600

/** Claims of the JWT itself, which are no parameters (RFC 9101 section 4). */
const OF_THE_JWT: ReadonlySet<string> = new Set(['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'sub'])

/**
 * The parameters inside a request object, which are then the only ones that count (RFC 9101 section 6.3).
 * @throws OAuthError invalid_request_object
 */
export async function openRequestObject(
  text: string,
  client: Client,
  deps: RequestObjectDeps,
): Promise<Parameters> {
  const claims = await verifiedClaims(text, client, deps)
  // Section 5: both stand there, and are the same; so a client assertion is no request object.
  if (claims['client_id'] !== client.id) throw refuse('client_id_differs')
  // Section 10.8: with the client as its subject it would be a client assertion as well, and it travels through browsers.
  if (claims['sub'] === client.id) throw refuse('subject_is_client')
  if (claims['request'] !== undefined || claims['request_uri'] !== undefined) {
    throw refuse('request_inside')
  }
  return parametersOf(claims)
}

async function verifiedClaims(text: string, client: Client, deps: RequestObjectDeps) {
  const header = clientJwtHeader(text)
  if (header.kind === 'invalid') throw refuse(header.fault)
  const { kid, alg } = header
  if (alg !== (client.requestObjectAlg ?? alg)) throw refuse('wrong_alg')
  const found = await deps.clientKeys.find(client, { kid, alg })
  if (found.kind !== 'found') throw refuse(`keys_${found.kind}`)
  const outcome = verifyClientJwt(text, {
    keys: found.keys,
    alg,
    typs: [undefined, 'JWT', TYP.requestObject],
    issuer: client.id,
    audience: deps.issuer,
    // RFC 9101 leaves it open; without an end a request that was seen once could be replayed for ever.
    required: ['exp'],
    nowSeconds: nowSeconds(deps.clock),
    maxLifetimeSeconds: MAX_LIFETIME_SECONDS,
  })
  if (outcome.kind === 'invalid') throw refuse(outcome.fault)
  return outcome.claims
}

/** Section 4: texts stand as they are, numbers and JSON as in a query. */
function parametersOf(claims: Readonly<Record<string, unknown>>): Parameters {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(claims)) {
    if (OF_THE_JWT.has(name)) continue
    const values = name === 'resource' && Array.isArray(value) ? value : [value]
    for (const one of values)
      query.append(name, typeof one === 'string' ? one : JSON.stringify(one))
  }
  return parseParameters(String(query))
}

function refuse(reason: string): OAuthError {
  return new OAuthError('invalid_request_object', `request_object_${reason}`, {
    description: 'the request object is not one of this client for this issuer',
  })
}
