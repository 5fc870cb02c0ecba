/** client_secret_basic and client_secret_post: RFC 6749 section 2.3.1. */
import type { Client, ClientSecrets } from '@latchkey/directory'
import { invalidClient } from './invalid-client.ts'
import { noteUse } from './secret-use.ts'

export interface SecretCredentials {
  readonly clientId: string
  readonly secret: string
}

/** Both id and secret are form-urlencoded before they are joined and base64-encoded. */
export function readBasic(authorization: string): SecretCredentials {
  const [, encoded] = /^basic ([A-Za-z0-9+/]{1,4096}={0,2})$/i.exec(authorization) ?? []
  if (encoded === undefined) throw invalidClient('authorization_malformed')
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  if (colon < 0) throw invalidClient('authorization_malformed')
  return {
    clientId: formDecode(pair.slice(0, colon)),
    secret: formDecode(pair.slice(colon + 1)),
  }
}

/** Gives the number of the secret that it is. */
export function checkSecret(
  client: Client,
  secret: string,
  secrets: Pick<ClientSecrets, 'match' | 'noteUse'>,
): number {
  const used = secrets.match(client, secret)
  if (!used) throw invalidClient('secret_wrong')
  noteUse(used, secrets)
  return used.id
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw invalidClient('authorization_malformed')
  }
}
