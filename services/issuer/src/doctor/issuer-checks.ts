import type { Directory } from '@latchkey/directory'
import type { Clock } from '@latchkey/protocol'
import type { Store } from '@latchkey/store'
import { type ClientCheckDeps, examineClients } from './client-check.ts'
import { examineDirectory } from './directory-check.ts'
import type { Examined } from './finding.ts'
import { examineKeys, type KeyCheckDeps } from './key-check.ts'
import { examineProcess } from './process-check.ts'
import { examineRedis } from './redis-check.ts'
import type { Checks } from './run-checks.ts'

export interface IssuerChecksDeps extends ClientCheckDeps, KeyCheckDeps {
  readonly store: Pick<Store, 'examine'>
  readonly directory: Directory
  readonly clock: Clock
  readonly dataDir?: string | undefined
}

/** Everything that a running issuer looks at. */
export function issuerChecks(deps: IssuerChecksDeps): Checks {
  return {
    process: () => examineProcess({ dataDir: deps.dataDir, nodeVersion: process.versions.node }),
    store: async () => await examineStore(deps),
    directory: async () => examineDirectory(await deps.directory.examine(), deps.clock),
    keys: () => examineKeys(deps),
    clients: () => examineClients(deps),
  }
}

async function examineStore({
  store,
  clock,
}: Pick<IssuerChecksDeps, 'store' | 'clock'>): Promise<Examined> {
  const found = await store.examine()
  if (found.kind === 'redis') return examineRedis(found, clock)
  return { facts: { engine: 'sqlite', version: found.version }, findings: [] }
}
