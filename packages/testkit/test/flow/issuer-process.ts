import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface IssuerProcess {
  readonly port: number
  /** Resolves when it listens. */
  start(): Promise<void>
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>
}

const MAIN = fileURLToPath(new URL('main.ts', import.meta.resolve('@latchkey/issuer')))

/** The real program, as an administrator starts it: a settings file, a data folder, a port. */
export function issuerProcess(options: {
  readonly port: number
  readonly dataDir: string
  /** In the form of `latchkey.yaml`, without address and folder. */
  readonly settings: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string>>
}): IssuerProcess {
  const { port, dataDir, settings, env } = options
  const file = join(dataDir, `latchkey-${port}.yaml`)
  // JSON is YAML.
  const listen = { host: '127.0.0.1', port }
  writeFileSync(file, JSON.stringify({ ...settings, data_dir: dataDir, listen }), { mode: 0o600 })
  let child: ChildProcess | undefined
  const end = () => child?.kill('SIGKILL')
  process.once('exit', end)

  return {
    port,
    start: async () => {
      child = fork(MAIN, [file], {
        env: { PATH: process.env['PATH'], ...env },
        execArgv: ['-C', '@latchkey/source', '--disable-warning=ExperimentalWarning'],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      })
      const left = once(child, 'exit').then(([code, signal]) => {
        throw new Error(`the issuer has left with ${signal ?? code} before it listened`)
      })
      await Promise.race([once(child, 'message'), left])
      left.catch(() => {})
    },
    kill: async () => {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    },
  }
}
