/** Client authentication at every endpoint that takes it: RFC 6749 section 2.3, OpenID Connect Core section 9. */
import type { Client, ClientSecrets, Clients } from '@latchkey/directory'
import type { Clock } from '@latchkey/protocol'
import type { OneTimeStore } from '@latchkey/store'
import type { FastifyRequest } from 'fastify'
import type { Parameters } from '../http/parameters.ts'
import type { ClientKeys } from '../outgoing/client-keys.ts'
import { checkSecret } from './client-secret.ts'
import { type Credentials, readCredentials } from './credentials.ts'
import { invalidClient } from './invalid-client.ts'
import { checkAssertion } from './private-key-jwt.ts'
import type { ClientCertificates } from './tls-certificates.ts'
import { checkCertificate } from './tls-client-auth.ts'

export interface ClientAuthenticationDeps {
  readonly issuer: string
  readonly clients: Pick<Clients, 'find'>
  readonly clientSecrets: Pick<ClientSecrets, 'match' | 'noteUse'>
  readonly clientKeys: ClientKeys
  readonly certificates: ClientCertificates
  readonly oneTime: Pick<OneTimeStore, 'claim'>
  readonly clock: Clock
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sends this request to an endpoint for programs, once that is proven. */
    client: Client | undefined
    /** Which of its secrets it has shown, if that was the proof. */
    clientSecretId: number | undefined
  }
}

/**
 * The client that sends this request: exactly one method, and only the one that it is registered with.
 * @throws OAuthError invalid_client, with the same words whatever was wrong; invalid_request when two methods are used
 */
export async function authenticateClient(
  request: FastifyRequest,
  parameters: Parameters,
  deps: ClientAuthenticationDeps,
): Promise<Client> {
  const credentials = readCredentials(request, parameters)
  const client = await deps.clients.find(credentials.clientId)
  if (!client) throw invalidClient('client_unknown')
  checkMethod(client, credentials)
  await checkProof(client, credentials, request, deps)
  if (client.disabled) throw invalidClient('client_disabled')
  request.client = client
  return client
}

function checkMethod(client: Client, credentials: Credentials): void {
  const { method } = credentials
  const isRegistered =
    // A bare client_id is what both of these send: the certificate stands beside the request (RFC 8705 section 2).
    method === 'client_id'
      ? client.authMethod === 'none' || client.authMethod === 'tls_client_auth'
      : client.authMethod === method
  if (!isRegistered) throw invalidClient('method_not_registered')
}

async function checkProof(
  client: Client,
  credentials: Credentials,
  request: FastifyRequest,
  deps: ClientAuthenticationDeps,
): Promise<void> {
  switch (credentials.method) {
    case 'client_secret_basic':
    case 'client_secret_post':
      request.clientSecretId = checkSecret(client, credentials.secret, deps.clientSecrets)
      return
    case 'private_key_jwt':
      return await checkAssertion(client, credentials.assertion, deps)
    case 'client_id':
      if (client.authMethod === 'tls_client_auth') {
        checkCertificate(client, deps.certificates.of(request))
      }
  }
}
