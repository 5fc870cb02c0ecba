export {
  type ChainFault,
  type ChainHead,
  headText,
  readHead,
} from './audit/audit-chain.ts'
export { type ChainedLines, chainedLines } from './audit/chained-lines.ts'
export { nearest } from './checks/nearest.ts'
export { usernameKey } from './checks/username.ts'
export { hashClientSecret } from './clients/client-secret.ts'
export type { Sealing } from './contract/sealing.ts'
export type { Applied, AppliedDeclaration } from './declared/applied.ts'
export {
  type ApplyOptions,
  applyDeclared,
  planDeclared,
  type Started,
  startDeclared,
} from './declared/apply-declared.ts'
export type {
  DeclaredClient,
  DeclaredDirectory,
  DeclaredGrant,
  DeclaredGrants,
  DeclaredGroup,
  DeclaredRole,
  DeclaredService,
  DeclaredUser,
} from './declared/declared-directory.ts'
export { changedAudiences } from './declared/declared-grants.ts'
export type { MemberChange } from './declared/member-changes.ts'
export type { Adopted } from './declared/ownership.ts'
export type { Plan, PlannedChange } from './declared/plan.ts'
export { staleAbout } from './declared/stale-about.ts'
export type * from './directory.ts'
export type { DirectoryOptions } from './directory-options.ts'
export { DIRECTORY_LIMITS } from './limits.ts'
export type { Migrations, MigrationsPlace } from './open-migrations.ts'
export { openMigrations, openPostgresDirectory, openSqliteDirectory } from './open-on-demand.ts'
export { refuseOwned } from './owned/refuse-owned.ts'
export { HASHING_COST, type HashingCost, hashText } from './passwords/argon2.ts'
export type { HashingOptions } from './passwords/passwords.ts'
export { checkPostgresUrl } from './postgres/check-postgres-url.ts'
export type { PostgresDirectoryOptions } from './postgres/open-postgres-directory.ts'
export type { MigrationStatus } from './sql/migrate.ts'
export type { SqliteDirectoryOptions } from './sqlite/open-sqlite-directory.ts'
export { ADDRESS_MEMBERS, PROFILE_TEXTS } from './users/standard-claims.ts'
