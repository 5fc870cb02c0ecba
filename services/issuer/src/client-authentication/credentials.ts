/** What a request sends to prove its client: RFC 6749 section 2.3, RFC 7521 section 4.2, RFC 8705 section 2. */
import { LIMITS, OAuthError } from '@latchkey/protocol'
import { CLIENT_ASSERTION_TYPE } from '@latchkey/tokens'
import type { FastifyRequest } from 'fastify'
import { bounded, type Parameters } from '../http/parameters.ts'
import { singleHeader } from '../http/single-header.ts'
import { readBasic, type SecretCredentials } from './client-secret.ts'
import { invalidClient } from './invalid-client.ts'
import { clientOfAssertion } from './private-key-jwt.ts'

export type Credentials =
  | (SecretCredentials & { readonly method: 'client_secret_basic' | 'client_secret_post' })
  | {
      readonly method: 'private_key_jwt'
      readonly clientId: string
      readonly assertion: string
    }
  /** Only its name: a public client, or one whose certificate the proxy saw. */
  | { readonly method: 'client_id'; readonly clientId: string }

const SECRET_CHARS = 1024

export function readCredentials(request: FastifyRequest, parameters: Parameters): Credentials {
  const authorization = singleHeader(request, 'authorization')
  const named = bounded(parameters, 'client_id', LIMITS.clientIdChars)
  const secret = bounded(parameters, 'client_secret', SECRET_CHARS)
  const assertion = readAssertion(parameters)
  const sent = [authorization, secret, assertion].filter((one) => one !== undefined)
  if (sent.length > 1) {
    throw new OAuthError('invalid_request', 'two_client_authentications', {
      description: 'send the client credentials once, in one way',
    })
  }
  if (authorization !== undefined) {
    return confirmed({ method: 'client_secret_basic', ...readBasic(authorization) }, named)
  }
  if (assertion !== undefined) {
    const clientId = clientOfAssertion(assertion)
    return confirmed({ method: 'private_key_jwt', clientId, assertion }, named)
  }
  if (named === undefined) throw invalidClient('credentials_missing')
  return secret === undefined
    ? { method: 'client_id', clientId: named }
    : { method: 'client_secret_post', clientId: named, secret }
}

function readAssertion(parameters: Parameters): string | undefined {
  const type = parameters.get('client_assertion_type')
  const assertion = parameters.get('client_assertion')
  if (type === undefined && assertion === undefined) return undefined
  if (assertion === undefined) throw invalidClient('assertion_missing')
  if (type !== CLIENT_ASSERTION_TYPE) throw invalidClient('assertion_type_unknown')
  if (assertion.length > LIMITS.tokenBytes) throw invalidClient('assertion_too_long')
  return assertion
}

/** RFC 7521 section 4.2: a client_id may be sent as well, and then it is the same. */
function confirmed<C extends Credentials>(credentials: C, named: string | undefined): C {
  if (named !== undefined && named !== credentials.clientId) {
    throw new OAuthError('invalid_request', 'client_id_differs')
  }
  return credentials
}
