/** For tests and measurements only: servers and databases of PostgreSQL, and crowds of users. */
export { fillWithUsers } from './fill-with-users.ts'
export { type PostgresServer, startPostgres } from './postgres-server.ts'
export { runSql } from './run-sql.ts'
export { prepareTemplate, SHARED_SERVER } from './template.ts'
export { type TestDatabase, type TestDatabases, testDatabases } from './test-databases.ts'
