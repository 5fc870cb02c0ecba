import type { Client, GrantType } from '../directory.ts'
import { optional, textList } from '../sql/columns.ts'
import { grantsOf, holderOf } from '../sql/grants.ts'
import type { Queries } from '../sql/sql.ts'
import type { ClientRow } from '../sql/tables.ts'

/** The clients of these rows, in their order, with services and grants: two more queries however many they are. */
export async function readClients(db: Queries, rows: readonly ClientRow[]): Promise<Client[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const serviceRows = await db
    .selectFrom('client_services')
    .selectAll()
    .where('client_id', 'in', ids)
    .orderBy('place')
    .execute()
  const services = Map.groupBy(serviceRows, (row) => row.client_id)
  const grants = await grantsOf(db, ids.map(holderOf.client))
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    ...optional('secretHash', row.secret_hash),
    redirectUris: textList(row.redirect_uris),
    postLogoutRedirectUris: textList(row.post_logout_redirect_uris),
    ...optional('backchannelLogoutUri', row.backchannel_logout_uri),
    grantTypes: textList<GrantType>(row.grant_types),
    authMethod: row.auth_method,
    requirePkce: row.require_pkce === 1,
    services: (services.get(row.id) ?? []).map(({ audience }) => audience),
    firstParty: row.first_party === 1,
    grants: grants(holderOf.client(row.id)),
    idTokenAlg: row.id_token_alg,
    disabled: row.disabled === 1,
  }))
}
