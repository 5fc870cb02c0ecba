import type { ClientSecret } from '../directory.ts'
import { optional } from '../sql/columns.ts'
import { nextCount } from '../sql/next-count.ts'
import type { Queries } from '../sql/sql.ts'

/** The secrets of each client that has any, newest first; also those that have expired. */
export async function readSecrets(
  db: Queries,
  clientIds: readonly string[],
): Promise<Map<string, ClientSecret[]>> {
  const rows = await db
    .selectFrom('client_secrets')
    .selectAll()
    .where('client_id', 'in', [...clientIds])
    .orderBy('id', 'desc')
    .execute()
  const secrets = new Map<string, ClientSecret[]>()
  for (const row of rows) {
    const secret: ClientSecret = {
      id: row.id,
      hash: row.hash,
      ...optional('sealed', row.sealed),
      createdAt: row.created_at,
      ...optional('expiresAt', row.expires_at),
      ...optional('lastUsedAt', row.last_used_at),
    }
    secrets.set(row.client_id, [...(secrets.get(row.client_id) ?? []), secret])
  }
  return secrets
}

export async function insertSecret(
  db: Queries,
  clientId: string,
  secret: { hash: string; sealed: string | undefined; createdAt: number },
): Promise<ClientSecret> {
  const { hash, sealed, createdAt } = secret
  const id = await nextCount(db, 'client_secrets')
  await db
    .insertInto('client_secrets')
    .values({
      id,
      client_id: clientId,
      hash,
      sealed: sealed ?? null,
      created_at: createdAt,
      expires_at: null,
      last_used_at: null,
    })
    .execute()
  return { id, hash, ...(sealed !== undefined && { sealed }), createdAt }
}
