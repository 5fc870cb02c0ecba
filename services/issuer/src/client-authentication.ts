/** Client authentication at the token, revocation and introspection endpoints and the feed: RFC 6749 section 2.3. */
import type { Client, Clients } from '@latchkey/directory'
import { LIMITS, OAuthError } from '@latchkey/protocol'
import { bounded, type Parameters } from './http/parameters.ts'

export interface Credentials {
  readonly method: Client['authMethod']
  readonly clientId: string
  readonly secret: string | undefined
}

export type ClientDirectory = Pick<Clients, 'find' | 'checkSecret'>

/** Exactly one method per request, and only the one that the client is registered with. */
export async function authenticateClient(
  authorization: string | undefined,
  parameters: Parameters,
  clients: ClientDirectory,
): Promise<Client> {
  return await checkCredentials(readCredentials(authorization, parameters), clients)
}

export async function checkCredentials(
  credentials: Credentials,
  clients: ClientDirectory,
): Promise<Client> {
  const client = await clients.find(credentials.clientId)
  if (!client) throw invalidClient('client_unknown')
  if (client.authMethod !== credentials.method) throw invalidClient('method_not_registered')
  if (credentials.method !== 'none' && !clients.checkSecret(client, credentials.secret ?? '')) {
    throw invalidClient('secret_wrong')
  }
  if (client.disabled) throw invalidClient('client_disabled')
  return client
}

function readCredentials(authorization: string | undefined, parameters: Parameters): Credentials {
  const bodyId = bounded(parameters, 'client_id', LIMITS.clientIdChars)
  const bodySecret = bounded(parameters, 'client_secret', 1024)
  if (parameters.get('client_assertion') !== undefined) throw invalidClient('assertion_unsupported')
  if (authorization !== undefined) {
    const basic = readBasic(authorization)
    if (bodySecret !== undefined) {
      throw new OAuthError('invalid_request', 'two_client_authentications', {
        description: 'send the client credentials once, in the header or in the body',
      })
    }
    if (bodyId !== undefined && bodyId !== basic.clientId) {
      throw new OAuthError('invalid_request', 'client_id_differs')
    }
    return basic
  }
  if (bodyId === undefined) throw invalidClient('credentials_missing')
  return bodySecret === undefined
    ? { method: 'none', clientId: bodyId, secret: undefined }
    : { method: 'client_secret_post', clientId: bodyId, secret: bodySecret }
}

/** RFC 6749 section 2.3.1: id and secret are each form-urlencoded before they are joined and base64-encoded. */
export function readBasic(authorization: string): Credentials {
  const [, encoded] = /^basic ([A-Za-z0-9+/]{1,4096}={0,2})$/i.exec(authorization) ?? []
  if (encoded === undefined) throw invalidClient('authorization_malformed')
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon < 0) throw invalidClient('authorization_malformed')
  return {
    method: 'client_secret_basic',
    clientId: formDecode(pair.slice(0, colon)),
    secret: formDecode(pair.slice(colon + 1)),
  }
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw invalidClient('authorization_malformed')
  }
}

function invalidClient(reason: string): OAuthError {
  return new OAuthError('invalid_client', reason, { description: 'client authentication failed' })
}
