import { type Clock, InputError, nowSeconds } from '@latchkey/protocol'
import { quoted } from '../checks/text.ts'
import { checkWholeNumber } from '../checks/whole-number.ts'
import type { Sealing } from '../contract/sealing.ts'
import type { ClientSecret, ClientSecrets } from '../directory.ts'
import { DIRECTORY_LIMITS } from '../limits.ts'
import type { Queries, Sql } from '../sql/sql.ts'
import { hashClientSecret, isClientSecret } from './client-secret.ts'
import { refuseSecret, usesSecret } from './given-secrets.ts'
import { liveSecrets } from './live-secrets.ts'
import { sealSecret, unsealSecret } from './sealed-secret.ts'
import { insertSecret, readSecrets } from './secret-rows.ts'

const DAY_SECONDS = 86_400

export interface ClientSecretsDeps {
  readonly sql: Sql
  readonly clock: Clock
  readonly sealing?: Sealing | undefined
}

export function clientSecretsIn({ sql, clock, sealing }: ClientSecretsDeps): ClientSecrets {
  const live: ClientSecrets['live'] = ({ secrets }) => liveSecrets(secrets, nowSeconds(clock))
  return {
    live,
    // Every one is compared, also after a match: the time says nothing about which of them it was.
    match: (client, text) => live(client).filter(({ hash }) => isClientSecret(hash, text))[0],
    open: ({ id }, { sealed }) =>
      sealed === undefined || sealing === undefined ? undefined : unsealSecret(id, sealed, sealing),
    add: (clientId, secret) =>
      sql.write((db) => addSecret(db, clientId, secret, { now: nowSeconds(clock), sealing })),
    end: (clientId, id, at) =>
      sql.write((db) => endSecret(db, clientId, id, { at, now: nowSeconds(clock) })),
    noteUse: async ({ id, lastUsedAt = 0 }) => {
      const now = nowSeconds(clock)
      if (now - lastUsedAt < DAY_SECONDS) return
      await sql.write((db) => noteUse(db, id, now))
    },
  }
}

async function addSecret(
  db: Queries,
  clientId: string,
  secret: string,
  { now, sealing }: { now: number; sealing: Sealing | undefined },
): Promise<ClientSecret> {
  const { auth_method } = await lockClient(db, clientId)
  if (!usesSecret(auth_method)) refuseSecret('a secret', `none for ${auth_method}`)
  const hash = hashClientSecret(secret)
  await db
    .deleteFrom('client_secrets')
    .where('client_id', '=', clientId)
    .where('expires_at', '<=', now)
    .execute()
  const stored = (await readSecrets(db, [clientId])).get(clientId) ?? []
  if (stored.length >= DIRECTORY_LIMITS.secretsPerClient) {
    throw new InputError('client-secrets-full', {
      received: `one more beside ${stored.length} that are good`,
      expected: `at most ${DIRECTORY_LIMITS.secretsPerClient}: end the one that is not used any more`,
    })
  }
  if (stored.some((one) => one.hash === hash)) refuseSecret('a secret that it has', 'another one')
  const sealed = sealing && sealSecret(clientId, secret, sealing)
  return insertSecret(db, clientId, { hash, sealed, createdAt: now })
}

/** A client keeps one secret without an end: it shall not fall silent on a day that nobody remembers. */
async function endSecret(
  db: Queries,
  clientId: string,
  id: number,
  { at, now }: { at: number; now: number },
): Promise<void> {
  checkWholeNumber(at, { least: 0, most: Number.MAX_SAFE_INTEGER, where: 'at' })
  await lockClient(db, clientId)
  const stored = liveSecrets((await readSecrets(db, [clientId])).get(clientId) ?? [], now)
  if (!stored.some((one) => one.id === id)) {
    throw new InputError('unknown-secret', {
      received: String(id),
      expected: `the number of a secret of ${clientId} that is good`,
    })
  }
  if (!stored.some((one) => one.id !== id && one.expiresAt === undefined)) {
    throw new InputError('client-secret-last', {
      received: 'the last secret that has no end',
      expected: 'another one beside it: add one first, or disable the client',
    })
  }
  if (at <= now) await db.deleteFrom('client_secrets').where('id', '=', id).execute()
  else await db.updateTable('client_secrets').set({ expires_at: at }).where('id', '=', id).execute()
}

/** Of many requests in the same moment one writes. */
async function noteUse(db: Queries, id: number, now: number): Promise<void> {
  await db
    .updateTable('client_secrets')
    .set({ last_used_at: now })
    .where('id', '=', id)
    .where((e) => e.or([e('last_used_at', 'is', null), e('last_used_at', '<=', now - DAY_SECONDS)]))
    .execute()
}

/** The row of a client, locked until the transaction ends. */
async function lockClient(db: Queries, id: string) {
  const row = await db
    .updateTable('clients')
    .set((e) => ({ id: e.ref('id') }))
    .where('id', '=', id)
    .returning('auth_method')
    .executeTakeFirst()
  if (row !== undefined) return row
  throw new InputError('unknown-client', { received: quoted(id), expected: 'the id of a client' })
}
