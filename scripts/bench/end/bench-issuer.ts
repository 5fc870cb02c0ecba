/** An issuer as it is run, in a process and a folder of its own. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@latchkey/testkit'
import { type Child, startChild } from '../child.ts'
import { writeIssuerSettings } from './issuer-settings.ts'

export interface BenchIssuer {
  readonly port: number
  readonly clientSecret: string
  /** What it keeps for the command line on its machine. */
  readonly credentialsFile: string
  /** Starts another program, which is stopped before the issuer. */
  start(...args: Parameters<typeof startChild>): Child
  stop(): Promise<void>
}

/** @param redisUrl undefined: SQLite */
export async function benchIssuer(redisUrl: string | undefined): Promise<BenchIssuer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'latchkey-bench-'))
  const children: Child[] = []
  const start = (...args: Parameters<typeof startChild>) => {
    const child = startChild(...args)
    children.push(child)
    return child
  }
  const stop = async () => {
    // The services first: they say goodbye to an issuer that is still there.
    for (const child of children.reverse()) await child.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  try {
    const port = await freePort()
    const { file, secret } = writeIssuerSettings(dataDir, port)
    const issuer = start('../../services/issuer/src/main.ts', {
      args: [file],
      env: redisUrl === undefined ? {} : redisEnvironment(redisUrl),
    })
    await issuer.said()
    const credentialsFile = join(dataDir, 'cli.json')
    return { port, clientSecret: secret, credentialsFile, start, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function redisEnvironment(url: string): NodeJS.ProcessEnv {
  return { LATCHKEY_REDIS_URL: url, LATCHKEY_MASTER_KEY: randomBytes(32).toString('base64url') }
}
