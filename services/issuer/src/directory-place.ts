import { join } from 'node:path'
import { type Migrations, type MigrationsPlace, openMigrations } from '@latchkey/directory'
import { systemClock } from '@latchkey/protocol'
import { type LoadOptions, loadSettings } from './settings/load-settings.ts'
import type { Settings } from './settings/settings.ts'

/** Where these settings keep the directory. */
export function directoryPlace(settings: Pick<Settings, 'directory' | 'dataDir'>): MigrationsPlace {
  const { directory, dataDir } = settings
  if (directory.url !== undefined) return { url: directory.url }
  return { file: join(dataDir, 'directory.db') }
}

/** The migrations of the directory that an issuer with these settings opens. Throws what `loadSettings` and opening throw. */
export async function directoryMigrations(options: LoadOptions): Promise<Migrations> {
  return await openMigrations(directoryPlace(loadSettings(options)), systemClock)
}
