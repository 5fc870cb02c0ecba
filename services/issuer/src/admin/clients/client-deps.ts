import type { Client, Directory } from '@latchkey/directory'
import { type Clock, InputError, type Random } from '@latchkey/protocol'
import type { OpenerWatch } from '../../feed/opener-watch.ts'
import type { Pages } from '../framework/pages.ts'
import type { RefuseMoreThanOwn } from '../own-rights.ts'
import type { RecordedChange } from '../recorded-change.ts'

export interface AdminClientsDeps {
  readonly issuer: string
  readonly directory: Pick<Directory, 'clients' | 'clientSecrets' | 'services' | 'owned'>
  readonly pages: Pages
  readonly openerWatch: Pick<OpenerWatch, 'look'>
  readonly recorded: RecordedChange
  readonly refuseMoreThanOwn: RefuseMoreThanOwn
  readonly clock: Clock
  readonly random: Random
}

/** Throws InputError `unknown-client`. */
export async function findClient(
  id: string,
  { clients }: Pick<Directory, 'clients'>,
): Promise<Client> {
  const client = await clients.find(id)
  if (client) return client
  throw new InputError('unknown-client', { received: id, expected: 'the id of a client' })
}

/**
 * What whoever controls the client may do: what the machine may, and, when people's tokens for this API go through it, what any of
 * them may (attack H3: another redirect URI would be enough).
 */
export function rightsBehind(
  { grants, services }: Pick<Client, 'grants' | 'services'>,
  { issuer }: Pick<AdminClientsDeps, 'issuer'>,
): Pick<Client, 'grants'> {
  const anybody = services.includes(issuer) ? [{ audience: issuer, grant: '* /admin/v1/*' }] : []
  return { grants: [...grants, ...anybody] }
}

/** 256 random bits. */
export function newSecret({ random }: Pick<AdminClientsDeps, 'random'>): string {
  return random.bytes(32).toString('base64url')
}
