/** An issuer that is broken on purpose: it never tells anybody that a session has ended. node dropping-issuer.ts SETTINGS */
import { join } from 'node:path'
import { openSqliteDirectory } from '@latchkey/directory'
import { buildIssuer, clientSecretSealing, declare, loadSettings } from '@latchkey/issuer'
import { systemClock as clock, systemRandom as random } from '@latchkey/protocol'
import { connectRedisStore, type RevocationLog } from '@latchkey/store'

const settings = loadSettings({
  file: process.argv[2] ?? '',
  env: process.env,
  cwd: process.cwd(),
})
const store = await connectRedisStore({ url: settings.redisUrl ?? '' })
const read: RevocationLog['read'] = async (...place) => {
  const slice = await store.log.read(...place)
  const entries = slice.entries.map((entry) =>
    entry.k === 'session' ? { ...entry, k: 'none' as const, v: '' } : entry,
  )
  return { ...slice, entries }
}
const directory = await openSqliteDirectory({
  file: join(settings.dataDir, 'directory.db'),
  clock,
  random,
  sealing: clientSecretSealing(settings.masterKey, random),
})
const { issuer, tokens } = settings
await declare(settings.declared, [], {
  ...{ issuer, directory, clock },
  accessTokenSeconds: tokens.accessSeconds,
})
const { app } = await buildIssuer({
  settings,
  store: { ...store, log: { ...store.log, read } },
  ...{ directory, clock, random },
})
await app.listen({ ...settings.listen })
