import process from 'node:process'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { runSql } from './run-sql.ts'
import { prepareTemplate, TEMPLATE } from './template.ts'

export interface TestDatabases {
  /** A database in today's form without a row in it. */
  empty(): Promise<TestDatabase>
}

export interface TestDatabase {
  readonly url: string
  /** Empties it for the next one; nobody may be connected any more. */
  giveBack(): Promise<void>
}

/**
 * Databases on the server that listens at this port, with a template; without a port, on one of this process, which starts
 * when the first database is asked for and ends with the process.
 */
export function testDatabases(port: string | undefined): TestDatabases {
  // A copy of the template takes ten times as long to make as to empty, so copies are used again.
  const free: string[] = []
  let made = 0
  let server: Promise<PostgresServer['url']> | undefined

  async function copy(url: string): Promise<string> {
    made += 1
    const name = `test_${process.pid}_${made}`
    await runSql(url, `create database ${name} template ${TEMPLATE}`)
    return name
  }

  return {
    async empty() {
      server ??= port === undefined ? ownServer() : Promise.resolve(sharedServer(port))
      const urlOf = await server
      const name = free.pop() ?? (await copy(urlOf('postgres')))
      const url = urlOf(name)
      return {
        url,
        giveBack: async () => {
          await runSql(url, EMPTY)
          free.push(name)
        },
      }
    },
  }
}

async function ownServer(): Promise<PostgresServer['url']> {
  const server = await startPostgres()
  server.unref()
  await prepareTemplate(server)
  return server.url
}

function sharedServer(port: string): PostgresServer['url'] {
  return (database) => `postgres://latchkey@127.0.0.1:${port}/${database}`
}

/** As a replica would: no trigger objects, and the order of the tables does not matter. Faster than truncating small tables. */
const EMPTY = `
  set session_replication_role = replica;
  do $$ declare one text; begin
    for one in select tablename from pg_tables
      where schemaname = 'public' and tablename <> 'migrations' loop
      execute format('delete from %I', one);
    end loop;
  end $$`
