import { InputError } from '@latchkey/protocol'
import { checkClient } from '../checks/client.ts'
import type { Client, Clients } from '../directory.ts'
import { flag } from '../sql/columns.ts'
import { holderOf, replaceGrants } from '../sql/grants.ts'
import { requireKnown } from '../sql/require-known.ts'
import type { Queries } from '../sql/sql.ts'
import { checkClientSecretHash, hashClientSecret } from './client-secret.ts'

export type ClientInput = Parameters<Clients['save']>[0]

/** See `Clients.save`; in the caller's transaction. */
export async function saveClient(db: Queries, client: ClientInput): Promise<void> {
  checkClient(client)
  const given = givenSecretHash(client)
  const references = client.services.map((name, index) => ({ name, where: `services[${index}]` }))
  await requireKnown(db, 'service', references)
  const columns = {
    name: client.name,
    redirect_uris: JSON.stringify(client.redirectUris),
    post_logout_redirect_uris: JSON.stringify(client.postLogoutRedirectUris),
    backchannel_logout_uri: client.backchannelLogoutUri ?? null,
    grant_types: JSON.stringify(client.grantTypes),
    auth_method: client.authMethod,
    require_pkce: flag(client.requirePkce),
    first_party: flag(client.firstParty),
    id_token_alg: client.idTokenAlg,
    disabled: flag(client.disabled),
    // Not given: the stored secret stays. A public client has none.
    ...(given === undefined && client.authMethod !== 'none' ? {} : { secret_hash: given ?? null }),
  }
  const { secret_hash } = await db
    .insertInto('clients')
    .values({ id: client.id, secret_hash: null, ...columns })
    .onConflict((clash) => clash.column('id').doUpdateSet(columns))
    .returning('secret_hash')
    .executeTakeFirstOrThrow()
  if (client.authMethod !== 'none' && secret_hash === null) {
    throw new InputError('client-secret', {
      received: 'none',
      expected: `a secret for ${client.authMethod}`,
      where: 'secret',
    })
  }
  await replaceServices(db, client)
  await replaceGrants(db, holderOf.client(client.id), client.grants)
}

/** The hash of the secret that came with the client, undefined when none did. Throws InputError `client-secret`. */
export function givenSecretHash({
  authMethod,
  secret,
  secretHash,
}: Pick<ClientInput, 'authMethod' | 'secret' | 'secretHash'>): string | undefined {
  if (secret !== undefined && secretHash !== undefined) {
    refuse('secret and secretHash', 'one of them')
  }
  if (authMethod === 'none' && (secret !== undefined || secretHash !== undefined)) {
    refuse('a secret', 'none for a client that does not authenticate')
  }
  if (secret !== undefined) return hashClientSecret(secret)
  return secretHash === undefined ? undefined : checkClientSecretHash(secretHash, 'secretHash')
}

function refuse(received: string, expected: string): never {
  throw new InputError('client-secret', { received, expected, where: 'secret' })
}

async function replaceServices(db: Queries, { id, services }: Pick<Client, 'id' | 'services'>) {
  await db.deleteFrom('client_services').where('client_id', '=', id).execute()
  if (services.length === 0) return
  const rows = services.map((audience, place) => ({ client_id: id, audience, place }))
  await db.insertInto('client_services').values(rows).execute()
}
