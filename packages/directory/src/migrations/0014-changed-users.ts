import type { Kysely } from 'kysely'

/** Who has changed since some time: systems that keep people in step ask it. */
export async function changedUsers({ schema }: Kysely<never>): Promise<void> {
  await schema.createIndex('users_by_change').on('users').columns(['updated_at', 'id']).execute()
}
