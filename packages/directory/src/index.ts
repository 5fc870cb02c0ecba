export { usernameKey } from './checks/username.ts'
export { hashClientSecret } from './clients/client-secret.ts'
export type { Sealing } from './contract/sealing.ts'
export type { AppliedDeclaration } from './declared/applied.ts'
export { applyDeclared } from './declared/apply-declared.ts'
export type {
  DeclaredClient,
  DeclaredDirectory,
  DeclaredGrants,
  DeclaredRole,
  DeclaredService,
  DeclaredUser,
} from './declared/declared-directory.ts'
export type * from './directory.ts'
export { DIRECTORY_LIMITS } from './limits.ts'
export { HASHING_COST, type HashingCost } from './passwords/argon2.ts'
export type { HashingOptions } from './passwords/passwords.ts'
export { openSqliteDirectory, type SqliteDirectoryOptions } from './sqlite/open-sqlite-directory.ts'
export { ADDRESS_MEMBERS } from './users/standard-claims.ts'
