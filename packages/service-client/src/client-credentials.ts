import type { KeyObject } from 'node:crypto'
import { type Clock, InputError, nowSeconds } from '@latchkey/protocol'
import {
  CLIENT_ASSERTION_TYPE,
  clientSigningKey,
  createClientAssertion,
  type Jwk,
} from '@latchkey/tokens'
import { basicCredentials } from './basic-credentials.ts'

export interface CredentialOptions {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret?: string
  readonly privateKey?: Jwk | KeyObject
}

/** What a token request says about who asks. Made anew for each request: an assertion is good for one. */
export interface ClientCredentials {
  readonly headers: Readonly<Record<string, string>>
  readonly parameters: Readonly<Record<string, string>>
}

/**
 * `client_secret_basic` or `private_key_jwt` (RFC 6749 section 2.3.1, RFC 7523 section 2.2).
 * @throws InputError `client-credentials` without exactly one of them, and what `clientSigningKey` throws
 */
export function clientCredentials(
  { issuer, clientId, clientSecret, privateKey }: CredentialOptions,
  clock: Pick<Clock, 'nowMs'>,
): () => ClientCredentials {
  if ((clientSecret === undefined) === (privateKey === undefined)) {
    throw new InputError('client-credentials', {
      received: clientSecret === undefined ? 'neither' : 'both',
      expected: 'either clientSecret or privateKey',
    })
  }
  if (privateKey === undefined) {
    const authorization = basicCredentials(clientId, clientSecret ?? '')
    return () => ({ headers: { authorization }, parameters: {} })
  }
  const key = clientSigningKey(privateKey)
  return () => ({
    headers: {},
    parameters: {
      client_id: clientId,
      client_assertion_type: CLIENT_ASSERTION_TYPE,
      client_assertion: createClientAssertion(key, {
        clientId,
        issuer,
        nowSeconds: nowSeconds(clock),
      }),
    },
  })
}
