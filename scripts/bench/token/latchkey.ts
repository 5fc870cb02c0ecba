/** The issuer as a program: as it is run, but with the cheapest password hash, so that the others are not drowned by it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { openSqliteDirectory } from '@latchkey/directory'
import { buildIssuer, clientSecretSealing, declare, loadSettings } from '@latchkey/issuer'
import { systemClock as clock, systemRandom as random } from '@latchkey/protocol'
import { connectRedisStore } from '@latchkey/store'
import { answer } from '../child.ts'
import type { OpQuestion } from './bench-op.ts'
import { issuerSettings } from './issuer-settings.ts'

const PORT = Number(process.argv[2])

async function start({ redisUrl }: { redisUrl: string }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-token-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const settings = loadSettings({ ...issuerSettings(folder, PORT, redisUrl), cwd: folder })
  const store = await connectRedisStore({ url: redisUrl })
  const directory = await openSqliteDirectory({
    file: join(folder, 'directory.db'),
    clock,
    random,
    sealing: clientSecretSealing(settings.masterKey, random),
    hashing: { cost: { memoryKiB: 8, passes: 1, lanes: 1 } },
  })
  await declare(settings.declared, [], {
    issuer: settings.issuer,
    directory,
    clock,
    accessTokenSeconds: 300,
  })
  const { app } = await buildIssuer({ settings, store, directory, clock, random })
  await app.listen({ host: '127.0.0.1', port: PORT })
}

answer<OpQuestion>(async (question) => {
  if ('rss' in question) return process.memoryUsage.rss()
  await start(question.start)
  return true
})
