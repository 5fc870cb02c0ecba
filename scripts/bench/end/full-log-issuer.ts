/**
 * An issuer in whose log a million sessions have ended, as a program. Only the log is made up; reading it, the feed and everything else is the
 * real thing. Writing a million ends would take longer than the rest of the benchmark.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { openSqliteDirectory } from '@latchkey/directory'
import { buildIssuer, clientSecretSealing, declare, loadSettings } from '@latchkey/issuer'
import {
  systemClock as clock,
  type LogEntry,
  systemRandom as random,
  randomId,
} from '@latchkey/protocol'
import { openSqliteStore, type RevocationLog } from '@latchkey/store'
import { freePort } from '@latchkey/testkit'
import { answer } from '../child.ts'
import { writeIssuerSettings } from './issuer-settings.ts'

export interface FullLogQuestion {
  readonly entries: number
}

export interface FullLogFacts {
  readonly port: number
  readonly clientSecret: string
}

const EPOCH = 1
const LIVES_SECONDS = 3600

async function start({ entries }: FullLogQuestion): Promise<FullLogFacts> {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-log-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const port = await freePort()
  const { file, secret } = writeIssuerSettings(folder, port)
  const masterKey = random.bytes(32).toString('base64url')
  const settings = loadSettings({ file, env: { LATCHKEY_MASTER_KEY: masterKey }, cwd: folder })
  const store = await openSqliteStore({ file: join(folder, 'store.db') })
  const directory = await openSqliteDirectory({
    file: join(folder, 'directory.db'),
    clock,
    random,
    sealing: clientSecretSealing(settings.masterKey, random),
  })
  await declare(settings.declared, [], {
    issuer: settings.issuer,
    directory,
    clock,
    accessTokenSeconds: 300,
  })
  const { app } = await buildIssuer({
    settings,
    store: { ...store, log: { ...store.log, ...fullLog(entries) } },
    directory,
    clock,
    random,
  })
  await app.listen({ host: '127.0.0.1', port })
  return { port, clientSecret: secret }
}

function fullLog(count: number): Pick<RevocationLog, 'head' | 'heartbeat' | 'read' | 'watch'> {
  const x = Math.floor(Date.now() / 1000) + LIVES_SECONDS
  const entries = Array.from({ length: count }, (_, n): LogEntry => {
    const d = random.bytes(8).toString('hex')
    return { p: 0, o: n + 1, k: 'session', v: `s0_${randomId(random)}`, x, d, r: 'sign_out' }
  })
  const head = async () => ({
    position: { partition: 0, epoch: EPOCH, offset: count },
    digest: entries.at(-1)?.d ?? '',
  })
  return {
    head,
    heartbeat: head,
    read: async (_partition, after, limit) => ({
      epoch: EPOCH,
      entries: entries.slice(after, after + limit),
      complete: true,
    }),
    watch: () => () => {},
  }
}

answer(start)
