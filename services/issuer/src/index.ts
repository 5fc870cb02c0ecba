export { type OpenApiPaths, routeTable } from './admin/framework/route-table.ts'
export { buildIssuer, type Issuer, type IssuerDeps } from './app.ts'
export { CLI_CLIENT, type CliCredentials } from './cli-credentials.ts'
export type { ClusterFile } from './cluster/cluster-file.ts'
export {
  type LoadClusterOptions,
  type LoadedCluster,
  loadClusterFile,
} from './cluster/load-cluster-file.ts'
export type { PlanAnswer } from './cluster/plan-answer.ts'
export type { ClusterDocument } from './cluster/read-cluster.ts'
export { renderCluster } from './cluster/render-cluster.ts'
export { declare, publishDeclared } from './declare.ts'
export { directoryMigrations } from './directory-place.ts'
export type { End } from './ending/end.ts'
export { clientSecretSealing } from './keys/client-secret-sealing.ts'
export { createLogger } from './logging.ts'
export { type OpenIssuer, type OpenIssuerOptions, openIssuer } from './open-issuer.ts'
export { type RunIssuerOptions, runIssuer } from './run-issuer.ts'
export { configurationPage } from './settings/configuration-page.ts'
export { type Fault, SettingsError } from './settings/faults.ts'
export { type LoadOptions, loadSettings, SETTINGS_FILE } from './settings/load-settings.ts'
export type { Settings } from './settings/settings.ts'
export { settingsSchemaText } from './settings/settings-schema.ts'
