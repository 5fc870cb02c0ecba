/** What can be said of an issuer that does not answer: from its settings, and by asking what it stands on. */
import { existsSync } from 'node:fs'
import { openMigrations } from '@latchkey/directory'
import { systemClock } from '@latchkey/protocol'
import { examineServer } from '@latchkey/store'
import { directoryPlace } from '../directory-place.ts'
import { redisPlace } from '../redis-place.ts'
import { type LoadOptions, readSettings } from '../settings/load-settings.ts'
import type { Settings } from '../settings/settings.ts'
import { examineDirectory } from './directory-check.ts'
import type { Examined } from './finding.ts'
import { examineProcess } from './process-check.ts'
import { examineRedis } from './redis-check.ts'
import { type DoctorAnswer, runChecks } from './run-checks.ts'

export interface OfflineAnswer extends DoctorAnswer {
  readonly issuer: string
}

/** Changes nothing, and makes neither a folder nor a database. Throws what `readSettings` throws. */
export async function examineOffline(options: LoadOptions): Promise<OfflineAnswer> {
  const settings = readSettings(options)
  const { issuer } = settings
  const dataDir = existsSync(settings.dataDir) ? settings.dataDir : undefined
  const nodeVersion = process.versions.node
  const answer = await runChecks({
    process: () => examineProcess({ dataDir, nodeVersion }),
    store: () => examineStore(settings),
    directory: () => examineDatabase(settings),
  })
  return { issuer, ...answer }
}

type Looked = Omit<Settings, 'masterKey'>

async function examineStore(settings: Looked): Promise<Examined> {
  const place = redisPlace(settings)
  if (place === undefined) return { facts: { engine: 'sqlite' }, findings: [] }
  return examineRedis(await examineServer({ ...place, connectTimeoutMs: 2000 }), systemClock)
}

/** Migrations of a directory that was never opened are no fault: the first start runs them. */
async function examineDatabase(settings: Looked): Promise<Examined> {
  const place = directoryPlace(settings)
  if ('file' in place && !existsSync(place.file)) {
    return { facts: { engine: 'sqlite', state: 'new' }, findings: [] }
  }
  const migrations = await openMigrations(place, systemClock)
  try {
    return examineDirectory(await migrations.examine(), systemClock)
  } finally {
    await migrations.close()
  }
}
