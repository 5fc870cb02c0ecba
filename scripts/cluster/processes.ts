import { type ChildProcess, fork } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { type DemoAddresses, type DemoSecrets, demoSettings } from './demo-cluster.ts'
import { ProcessEnded } from './process-ended.ts'
import { type ServiceName, serviceEnvironment } from './service-environment.ts'

export interface ClusterProcesses {
  /** Resolves when all of them listen. */
  readonly ready: Promise<void>
  /** The names of those that do not listen yet. */
  waitingFor(): string[]
  /** Rejects with `ProcessEnded` for the first process that ends by itself. */
  readonly ended: Promise<never>
  /** Stops all of them; resolves when they are gone. */
  stop(): Promise<void>
  /** Ends all of them at once, without a chance to finish anything. */
  kill(): void
}

export interface ClusterOptions {
  readonly addresses: DemoAddresses
  readonly secrets: DemoSecrets
  readonly dataDir: string
  readonly redisUrl?: string
}

type ProcessName = 'issuer' | ServiceName

const MAIN: Readonly<Record<ProcessName, string>> = {
  issuer: '../../services/issuer/src/main.ts',
  orders: '../../services/sample-a/src/main.ts',
  reports: '../../services/sample-b/src/main.ts',
  live: '../../services/sample-c/src/main.ts',
}
const SERVICES = ['orders', 'reports', 'live'] as const

/** Node keeps what it has compiled and stripped of types here: it halves the next start. */
const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/compiled', import.meta.url))

/** A process that has not stopped after so long hangs. The issuer gives up by itself before. */
const STOP_MS = 12_000

/** Starts the issuer and the three services, each as a process of its own. */
export function startProcesses(options: ClusterOptions): ClusterProcesses {
  const { redisUrl } = options
  const redis = redisUrl === undefined ? {} : { LATCHKEY_REDIS_URL: redisUrl }
  const settings = writeSettings(options)
  const children = new Map<ProcessName, ChildProcess>()
  const listening = new Set<ProcessName>()
  const ended = Promise.withResolvers<never>()
  ended.promise.catch(() => {})
  let stopping = false

  function start(name: ProcessName, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
    const child = fork(fileURLToPath(new URL(MAIN[name], import.meta.url)), args, {
      env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: COMPILED, ...env },
      execArgv: [
        ...['-C', '@latchkey/source', '--disable-warning=ExperimentalWarning'],
        `--import=${new URL('follow-parent.ts', import.meta.url)}`,
      ],
      // A Ctrl-C at the terminal reaches this process alone, which then stops the others in order.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    children.set(name, child)
    child.on('exit', (code, signal) => {
      if (!stopping) ended.reject(new ProcessEnded(name, code, signal))
    })
    return new Promise((resolve) => {
      child.once('message', () => {
        listening.add(name)
        resolve()
      })
    })
  }

  async function stop(): Promise<void> {
    stopping = true
    // Services first: they say goodbye to an issuer that is still there.
    await Promise.all(SERVICES.map((name) => stopOne(children.get(name))))
    await stopOne(children.get('issuer'))
  }

  /** Services would wait for the issuer by themselves, but find it sooner when it is there. */
  async function startAll(): Promise<void> {
    await start('issuer', [settings], { ...redis, ...masterKey(options) })
    if (stopping) return await ended.promise
    await Promise.all(SERVICES.map((name) => start(name, [], serviceEnvironment(name, options))))
  }

  return {
    ready: startAll(),
    waitingFor: () => (['issuer', ...SERVICES] as const).filter((name) => !listening.has(name)),
    ended: ended.promise,
    stop,
    kill: () => {
      stopping = true
      for (const child of children.values()) child.kill('SIGKILL')
    },
  }
}

async function stopOne(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const hangs = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
  child.kill('SIGTERM')
  await gone
  clearTimeout(hangs)
}

function writeSettings({ addresses, secrets, dataDir }: ClusterOptions): string {
  const file = join(dataDir, 'latchkey.yaml')
  const head =
    '# Written by npm start each time; changes here are lost. To keep a file of your own, copy this one,\n' +
    '# edit the copy and run: npx latchkey start --config FILE\n'
  // Each list in full: whoever copies the file changes one of them, and not another one with it.
  const options = { aliasDuplicateObjects: false }
  const settings = stringify(demoSettings(addresses, secrets, dataDir), options)
  writeFileSync(file, head + settings, { mode: 0o600 })
  chmodSync(file, 0o600)
  return file
}

/** With Redis the settings ask for a master key; the demo keeps one with its other secrets. */
function masterKey({ redisUrl, secrets }: ClusterOptions): NodeJS.ProcessEnv {
  return redisUrl === undefined ? {} : { LATCHKEY_MASTER_KEY: secrets.masterKey }
}
