import { InputError } from '@latchkey/protocol'
import type { Sealing } from '../contract/sealing.ts'
import type { AuthMethod, NewClient } from '../directory.ts'
import type { ClientRow } from '../sql/tables.ts'
import { checkClientSecretHash, hashClientSecret } from './client-secret.ts'
import type { ClientMembers } from './complete-client.ts'

type SecretColumns = Pick<ClientRow, 'secret_hash' | 'sealed_secret'>
type GivenSecret = Pick<NewClient, 'authMethod' | 'secret' | 'secretHash'>

const NONE: SecretColumns = { secret_hash: null, sealed_secret: null }

export function usesSecret(authMethod: AuthMethod): boolean {
  return authMethod === 'client_secret_basic' || authMethod === 'client_secret_post'
}

/** The members that say HS256: what the client then gets is signed with its secret (OpenID Connect Core section 10.1). */
function signedWithSecret(client: Pick<ClientMembers, 'idTokenAlg' | 'userinfoAlg'>) {
  return (['idTokenAlg', 'userinfoAlg'] as const).filter((member) => client[member] === 'HS256')
}

/**
 * What is stored of the secret: its digest, and sealed the secret itself, as far as it is known and there is a sealing: the feed
 * proves it without sending it, and HS256 signs with it. What is not given stays.
 * Throws InputError `client-secret`, `client-secret-hash`, `client-metadata` or `no-sealing`.
 */
export function secretColumns(
  client: ClientMembers,
  given: GivenSecret,
  stored: SecretColumns = NONE,
  sealing: Sealing | undefined,
): SecretColumns {
  const { authMethod, id } = client
  const secretHash = givenSecretHash({ ...given, authMethod }) ?? stored.secret_hash
  const [signing] = signedWithSecret(client)
  if (!usesSecret(authMethod)) {
    if (signing === undefined) return NONE
    throw new InputError('client-metadata', {
      received: `HS256 with ${authMethod}`,
      expected: 'an algorithm with a key pair, or a client that authenticates with its secret',
      where: signing,
    })
  }
  if (secretHash === null) refuse('none', `a secret for ${authMethod}`)
  if (signing !== undefined && sealing === undefined) {
    throw new InputError('no-sealing', {
      received: 'HS256',
      expected: 'an algorithm with a key pair: this directory was opened without sealing',
      where: signing,
    })
  }
  if (given.secret !== undefined && sealing !== undefined) {
    return { secret_hash: secretHash, sealed_secret: sealing.seal(sealedText(id, given.secret)) }
  }
  if (stored.sealed_secret !== null && secretHash === stored.secret_hash) return stored
  if (signing === undefined) return { secret_hash: secretHash, sealed_secret: null }
  return refuse('no secret or its digest', 'the secret itself, because HS256 signs with it')
}

/** The hash of the secret that came with the client, undefined when none did. Throws InputError `client-secret`. */
export function givenSecretHash({
  authMethod = 'client_secret_basic',
  secret,
  secretHash,
}: GivenSecret): string | undefined {
  if (secret !== undefined && secretHash !== undefined) {
    refuse('secret and secretHash', 'one of them')
  }
  if (!usesSecret(authMethod) && (secret !== undefined || secretHash !== undefined)) {
    refuse('a secret', `none for ${authMethod}`)
  }
  if (secret !== undefined) return hashClientSecret(secret)
  return secretHash === undefined ? undefined : checkClientSecretHash(secretHash, 'secretHash')
}

/** See `Clients.secretOf`. Throws what `open` throws, and InputError `client-secret` for the secret of another client. */
export function unsealSecret(id: string, sealed: string, sealing: Sealing): string {
  const text = sealing.open(sealed)
  const prefix = sealedText(id, '')
  if (text.startsWith(prefix)) return text.slice(prefix.length)
  return refuse('the sealed secret of another client', `that of ${id}`)
}

/** With the id, so that who can write to SQL cannot give a client the secret of another one. An id has no line break. */
function sealedText(id: string, secret: string): string {
  return `${id}\n${secret}`
}

function refuse(received: string, expected: string): never {
  throw new InputError('client-secret', { received, expected, where: 'secret' })
}
