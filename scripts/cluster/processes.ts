import { type ChildProcess, fork } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { type DemoAddresses, type DemoSecrets, demoSettings } from './demo-cluster.ts'

export interface ClusterProcesses {
  /** By name: issuer, orders, reports, live. */
  readonly children: ReadonlyMap<string, ChildProcess>
  /** Rejects with the name of the first process that ended by itself. */
  readonly ended: Promise<never>
  /** Stops all of them; resolves when they are gone. */
  stop(): Promise<void>
}

export interface ClusterOptions {
  readonly addresses: DemoAddresses
  readonly secrets: DemoSecrets
  readonly dataDir: string
  readonly redisUrl?: string
}

const MAIN = {
  issuer: '../../services/issuer/src/main.ts',
  orders: '../../services/sample-a/src/main.ts',
  reports: '../../services/sample-b/src/main.ts',
  live: '../../services/sample-c/src/main.ts',
}

/** Starts the issuer and the three services, each as a process of its own, and waits until all of them listen. */
export async function startProcesses(options: ClusterOptions): Promise<ClusterProcesses> {
  const settings = writeSettings(options)
  const children = new Map<string, ChildProcess>()
  const failure = Promise.withResolvers<never>()
  failure.promise.catch(() => {})
  let stopping = false

  function start(name: keyof typeof MAIN, args: string[], env: NodeJS.ProcessEnv): Promise<void> {
    const child = fork(fileURLToPath(new URL(MAIN[name], import.meta.url)), args, {
      env: { PATH: process.env['PATH'], ...env },
      execArgv: ['-C', '@latchkey/source', '--disable-warning=ExperimentalWarning'],
      // A Ctrl-C at the terminal reaches this process, which then stops the others in order.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    children.set(name, child)
    child.on('exit', (code, signal) => {
      if (!stopping) failure.reject(new Error(`${name} has ended (${signal ?? code})`))
    })
    return new Promise((resolve) => child.once('message', () => resolve()))
  }

  async function stop(): Promise<void> {
    stopping = true
    // Services first: they say goodbye to an issuer that is still there.
    for (const name of ['live', 'reports', 'orders', 'issuer']) {
      const child = children.get(name)
      if (!child || child.exitCode !== null || child.signalCode !== null) continue
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGTERM')
      if (name === 'issuer') await gone
      else void gone
    }
    await Promise.all([...children.values()].map(untilGone))
  }

  const redis = options.redisUrl === undefined ? {} : { LATCHKEY_REDIS_URL: options.redisUrl }
  // All at once: a service waits for the issuer by itself.
  const ready = Promise.all([
    start('issuer', [settings], { ...redis, ...masterKey(options) }),
    ...(['orders', 'reports', 'live'] as const).map((name) =>
      start(name, [], serviceEnvironment(name, options)),
    ),
  ])
  try {
    await Promise.race([ready, failure.promise])
  } catch (error) {
    await stop()
    throw error
  }
  return { children, ended: failure.promise, stop }
}

function untilGone(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => child.once('exit', () => resolve()))
}

function writeSettings({ addresses, secrets, dataDir }: ClusterOptions): string {
  const file = join(dataDir, 'latchkey.yaml')
  const head =
    '# Written by npm start each time; changes here are lost. To keep a file of your own, copy this one,\n' +
    '# edit the copy and run: npx latchkey start --config FILE\n'
  writeFileSync(file, head + stringify(demoSettings(addresses, secrets, dataDir)), { mode: 0o600 })
  chmodSync(file, 0o600)
  return file
}

/** With Redis the settings ask for a master key; the demo keeps one with its other secrets. */
function masterKey({ redisUrl, secrets }: ClusterOptions): NodeJS.ProcessEnv {
  return redisUrl === undefined ? {} : { LATCHKEY_MASTER_KEY: secrets.masterKey }
}

function serviceEnvironment(
  name: 'orders' | 'reports' | 'live',
  { addresses, secrets }: ClusterOptions,
): NodeJS.ProcessEnv {
  const { at, ports } = addresses
  return {
    LATCHKEY_ISSUER: addresses.issuer,
    LATCHKEY_ISSUER_ADDRESS: at.issuer,
    BASE_URL: addresses[name],
    PORT: String(ports[name]),
    CLIENT_ID: name,
    CLIENT_SECRET: secrets.clientSecrets[name],
    COOKIE_SECRET: name === 'reports' ? undefined : secrets.cookieSecrets[name],
    ORDERS_URL: addresses.orders,
    ORDERS_ADDRESS: at.orders,
    REPORTS_URL: addresses.reports,
    REPORTS_ADDRESS: at.reports,
    LIVE_URL: addresses.live,
    LIVE_ADDRESS: at.live,
  }
}
