import { InputError } from '@latchkey/protocol'
import type { Sealing } from '../contract/sealing.ts'
import type { ClientSecret, NewClient } from '../directory.ts'
import type { Queries } from '../sql/sql.ts'
import type { ClientMembers } from './complete-client.ts'
import { type GivenSecret, givenSecrets, refuseSecret, usesSecret } from './given-secrets.ts'
import { liveSecrets } from './live-secrets.ts'
import { sealSecret } from './sealed-secret.ts'
import { insertSecret, readSecrets } from './secret-rows.ts'

export interface SecretDeps {
  readonly now: number
  readonly sealing: Sealing | undefined
}

/**
 * Brings the secrets of a client that is being saved to what was given with it; those that are not given stay as they are.
 * Stored is the digest of each and, sealed, the secret itself, as far as it is known and there is a sealing: the feed proves it
 * without sending it, and HS256 signs with it.
 * Throws InputError `client-secret`, `client-secret-hash`, `client-metadata` or `no-sealing`.
 */
export async function replaceSecrets(
  db: Queries,
  client: ClientMembers,
  given: NewClient,
  deps: SecretDeps,
): Promise<void> {
  const { id, authMethod } = client
  const isSecret = usesSecret(authMethod)
  const wanted = givenSecrets({ ...given, authMethod })
  checkSigning(client, isSecret, deps)
  const stored = (await readSecrets(db, [id])).get(id) ?? []
  if (wanted !== undefined) await bringTo(db, id, wanted, stored, deps)
  if (!isSecret) return await forget(db, stored)
  const [newest] = liveSecrets((await readSecrets(db, [id])).get(id) ?? [], deps.now)
  if (newest === undefined) refuseSecret('none', `a secret for ${authMethod}`)
  if (signedWithSecret(client) !== undefined && newest.sealed === undefined) {
    refuseSecret('no secret or its digest', 'the secret itself, because HS256 signs with it')
  }
}

/** The member that says HS256: what the client then gets is signed with its secret (OpenID Connect Core section 10.1). */
function signedWithSecret(client: Pick<ClientMembers, 'idTokenAlg' | 'userinfoAlg'>) {
  return (['idTokenAlg', 'userinfoAlg'] as const).find((member) => client[member] === 'HS256')
}

function checkSigning(client: ClientMembers, isSecret: boolean, { sealing }: SecretDeps): void {
  const where = signedWithSecret(client)
  if (where === undefined || (isSecret && sealing !== undefined)) return
  if (isSecret) {
    throw new InputError('no-sealing', {
      received: 'HS256',
      expected: 'an algorithm with a key pair: this directory was opened without sealing',
      where,
    })
  }
  throw new InputError('client-metadata', {
    received: `HS256 with ${client.authMethod}`,
    expected: 'an algorithm with a key pair, or a client that authenticates with its secret',
    where,
  })
}

/** One that is there already keeps its id, its age and its use: whoever came with it need not come again. */
async function bringTo(
  db: Queries,
  id: string,
  wanted: readonly GivenSecret[],
  stored: readonly ClientSecret[],
  { now, sealing }: SecretDeps,
): Promise<void> {
  await forget(
    db,
    stored.filter(({ hash }) => !wanted.some((one) => one.hash === hash)),
  )
  for (const { hash, plain } of wanted) {
    const sealed = plain !== undefined && sealing ? sealSecret(id, plain, sealing) : undefined
    const known = stored.find((one) => one.hash === hash)
    if (known) {
      await db
        .updateTable('client_secrets')
        .set({ expires_at: null, ...(sealed !== undefined && { sealed }) })
        .where('id', '=', known.id)
        .execute()
    } else await insertSecret(db, id, { hash, sealed, createdAt: now })
  }
}

async function forget(db: Queries, secrets: readonly ClientSecret[]): Promise<void> {
  if (secrets.length === 0) return
  const ids = secrets.map(({ id }) => id)
  await db.deleteFrom('client_secrets').where('id', 'in', ids).execute()
}
