import { sql } from 'kysely'
import type { PostgresFacts } from '../contract/examination.ts'
import type { Queries } from '../sql/sql.ts'

interface Row {
  readonly version: string
  readonly fsync: string
  readonly synchronous_commit: string
  readonly full_page_writes: string
  readonly is_standby: boolean
  readonly connections: number
  readonly max_connections: number
  readonly is_private: boolean
}

/** Every user may ask all of this: the names and queries of others are hidden, that they are there is not. */
export async function examinePostgres(db: Queries): Promise<PostgresFacts> {
  const { rows } = await sql<Row>`
    select split_part(current_setting('server_version'), ' ', 1) as version,
      current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as synchronous_commit,
      current_setting('full_page_writes') as full_page_writes,
      pg_is_in_recovery() as is_standby,
      (select coalesce(sum(numbackends), 0)::int from pg_stat_database) as connections,
      current_setting('max_connections')::int as max_connections,
      inet_server_addr() is null or inet_server_addr() <<= '127.0.0.0/8' or inet_server_addr() = '::1'
        or coalesce((select ssl from pg_stat_ssl where pid = pg_backend_pid()), false) as is_private`.execute(
    db,
  )
  const [row] = rows
  if (row === undefined) throw new Error('PostgreSQL said nothing of itself')
  return {
    kind: 'postgres',
    version: row.version,
    fsync: row.fsync,
    synchronousCommit: row.synchronous_commit,
    fullPageWrites: row.full_page_writes,
    isStandby: row.is_standby,
    connections: row.connections,
    maxConnections: row.max_connections,
    isPrivate: row.is_private,
    time: await timeOf(db),
  }
}

/** Alone, because the rest takes time of its own. */
async function timeOf(db: Queries): Promise<PostgresFacts['time']> {
  const askedAt = performance.now()
  const { rows } = await sql<{ ms: string }>`
    select extract(epoch from clock_timestamp()) * 1000 as ms`.execute(db)
  return { serverMs: Number(rows[0]?.ms), askedAt, answeredAt: performance.now() }
}
