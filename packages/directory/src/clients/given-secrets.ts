import { InputError } from '@latchkey/protocol'
import type { AuthMethod, NewClient } from '../directory.ts'
import { checkClientSecretHash, hashClientSecret } from './client-secret.ts'

export type GivenSecretMembers = Pick<
  NewClient,
  'authMethod' | 'secret' | 'secretHash' | 'nextSecret' | 'nextSecretHash'
>

/** A secret that comes with a client, and the secret itself as far as it is known. */
export interface GivenSecret {
  readonly hash: string
  readonly plain?: string
}

export function usesSecret(authMethod: AuthMethod): boolean {
  return authMethod === 'client_secret_basic' || authMethod === 'client_secret_post'
}

/**
 * The secrets that came with the client, oldest first; undefined when none did, and those that are stored stay.
 * Throws InputError `client-secret` and `client-secret-hash`.
 */
export function givenSecrets(given: GivenSecretMembers): readonly GivenSecret[] | undefined {
  const { authMethod = 'client_secret_basic' } = given
  const first = givenSecret(given, 'secret', 'secretHash')
  const next = givenSecret(given, 'nextSecret', 'nextSecretHash')
  if (first === undefined && next === undefined) return undefined
  if (!usesSecret(authMethod)) return refuseSecret('a secret', `none for ${authMethod}`)
  if (first === undefined) {
    return refuseSecret('no secret beside the next one', 'the one that is in use as well')
  }
  if (next === undefined) return [first]
  if (next.hash !== first.hash) return [first, next]
  return refuseSecret('the same secret twice', 'another one', 'nextSecret')
}

function givenSecret(
  given: GivenSecretMembers,
  member: 'secret' | 'nextSecret',
  hashMember: 'secretHash' | 'nextSecretHash',
): GivenSecret | undefined {
  const { [member]: plain, [hashMember]: hash } = given
  if (plain !== undefined && hash !== undefined) {
    refuseSecret(`${member} and ${hashMember}`, 'one of them', member)
  }
  if (plain !== undefined) return { hash: hashClientSecret(plain, member), plain }
  return hash === undefined ? undefined : { hash: checkClientSecretHash(hash, hashMember) }
}

export function refuseSecret(received: string, expected: string, where = 'secret'): never {
  throw new InputError('client-secret', { received, expected, where })
}
