import process from 'node:process'
import { type PostgresServer, startPostgres } from './postgres-server.ts'
import { runSql } from './run-sql.ts'
import { prepareTemplate, TEMPLATE } from './template.ts'

/** In this process, whoever asks. */
let made = 0

export interface TestDatabases {
  /** A database in today's form without a row in it. */
  empty(): Promise<TestDatabase>
  /** A database with nothing in it at all. */
  blank(): Promise<TestDatabase>
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
  // A database takes ten times as long to make as to empty, so they are used again.
  const stock = { empty: [] as string[], blank: [] as string[] }
  let server: Promise<PostgresServer['url']> | undefined

  async function create(urlOf: PostgresServer['url'], template: string): Promise<string> {
    made += 1
    const name = `test_${process.pid}_${made}`
    await runSql(urlOf('postgres'), `create database ${name} template ${template}`)
    return name
  }

  async function give(kind: keyof typeof stock): Promise<TestDatabase> {
    server ??= port === undefined ? ownServer() : Promise.resolve(sharedServer(port))
    const urlOf = await server
    const { template, clear } = KINDS[kind]
    const name = stock[kind].pop() ?? (await create(urlOf, template))
    const url = urlOf(name)
    return {
      url,
      giveBack: async () => {
        await runSql(url, clear)
        stock[kind].push(name)
      },
    }
  }

  return { empty: () => give('empty'), blank: () => give('blank') }
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
const CLEAR_ROWS = `
  set session_replication_role = replica;
  do $$ declare one text; begin
    for one in select tablename from pg_tables
      where schemaname = 'public' and tablename <> 'migrations' loop
      execute format('delete from %I', one);
    end loop;
  end $$`

const KINDS = {
  empty: { template: TEMPLATE, clear: CLEAR_ROWS },
  blank: { template: 'template1', clear: 'drop schema public cascade; create schema public' },
} as const
