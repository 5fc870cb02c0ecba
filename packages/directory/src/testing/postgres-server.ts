/** A real PostgreSQL of one's own, for tests: on a free port of 127.0.0.1, in a folder that goes with it, without syncs. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { InputError } from '@latchkey/protocol'

export interface PostgresServer {
  readonly port: number
  /** The address of one of its databases, for the superuser. */
  url(database: string): string
  /** SIGSTOP to the server and every process of it: connections stay open, nothing answers. */
  pause(): void
  /** SIGCONT. */
  resume(): void
  /** An immediate shutdown, as a crash would be; resolves when the processes are gone. */
  kill(): Promise<void>
  /** Starts it again after `kill`, with what was committed. */
  start(): Promise<void>
  /** For good. */
  stop(): Promise<void>
  /** Lets this process end while the server is running; it then goes too. */
  unref(): void
}

/** Faster, and what a crash of the machine would lose does not matter. Crashes of the server lose nothing. */
const SETTINGS = [
  ['listen_addresses', '127.0.0.1'],
  ['unix_socket_directories', ''],
  ['fsync', 'off'],
  ['full_page_writes', 'off'],
  ['max_connections', '200'],
  ['shared_buffers', '64MB'],
  ['jit', 'off'],
] as const

/**
 * Resolves when the server takes connections. Run by root, it runs as somebody else, because PostgreSQL refuses root.
 * Throws InputError `postgres-missing` when none is installed.
 */
export async function startPostgres(
  options: { settings?: readonly (readonly [string, string])[] } = {},
): Promise<PostgresServer> {
  const owner = ownerOf()
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-postgres-'))
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid)
  const data = join(folder, 'data')
  const own = { ...owner, cwd: folder }
  // English order: whoever relied on the order of the database instead of the column would notice.
  const locale = ['--encoding=UTF8', '--locale-provider=icu', '--icu-locale=en', '--locale=C']
  const args = ['--auth=trust', '--username=latchkey', '--no-sync', ...locale, '-D', data]
  runInitdb(args, own)
  const port = await freePort()
  const set = [...SETTINGS, ...(options.settings ?? [])].flatMap(([n, v]) => ['-c', `${n}=${v}`])
  const launchIt = () =>
    launch(() =>
      spawn(program('postgres'), ['-D', data, '-p', `${port}`, ...set], {
        ...own,
        stdio: ['ignore', 'ignore', 'pipe'],
      }),
    )
  let child = await launchIt()
  const killIfRunning = () => {
    child.kill('SIGQUIT')
    // Its processes are still ending, and may write a file into a folder that is being emptied.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 })
  }
  process.once('exit', killIfRunning)

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    signalAll(child, 'SIGCONT')
    child.kill('SIGQUIT')
    await gone
  }

  return {
    port,
    url: (database) => `postgres://latchkey@127.0.0.1:${port}/${database}`,
    pause: () => signalAll(child, 'SIGSTOP'),
    resume: () => signalAll(child, 'SIGCONT'),
    kill,
    start: async () => {
      child = await launchIt()
    },
    stop: async () => {
      process.off('exit', killIfRunning)
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
    unref: () => {
      child.unref()
      // A pipe is a socket of Node.
      ;(child.stderr as Socket | null)?.unref()
    },
  }
}

function launch(start: () => ChildProcess): Promise<ChildProcess> {
  const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>()
  const child = start()
  const printed: string[] = []
  child.once('error', reject)
  child.once('exit', (code) =>
    reject(new Error(`postgres left with ${code}: ${printed.slice(-3).join(' | ')}`)),
  )
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      printed.push(line)
      if (printed.length > 20) printed.shift()
      if (line.includes('ready to accept connections')) resolve(child)
    })
  }
  return promise
}

/** Each connection is served by a process of its own, in a session of its own: they are found by their parent. */
function signalAll(child: ChildProcess, signal: NodeJS.Signals): void {
  const { pid } = child
  if (pid === undefined) return
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  for (const one of [pid, ...children.split(' ').filter(Boolean).map(Number)]) {
    try {
      process.kill(one, signal)
    } catch {
      // It has just ended.
    }
  }
}

/** Debian keeps several versions side by side and none in PATH: the newest one, or whatever stands in PATH. */
function program(name: 'initdb' | 'postgres'): string {
  const installed = globSync(`/usr/lib/postgresql/*/bin/${name}`)
  return installed.toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })).at(-1) ?? name
}

function runInitdb(
  args: readonly string[],
  own: { cwd: string; uid?: number; gid?: number },
): void {
  try {
    execFileSync(program('initdb'), args, { ...own, stdio: ['ignore', 'ignore', 'inherit'] })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
    throw new InputError('postgres-missing', {
      received: 'no PostgreSQL in PATH or /usr/lib/postgresql',
      expected: 'an installed PostgreSQL, for example from: apt-get install postgresql',
    })
  }
}

/** The user `postgres`, or `nobody`; undefined: whoever runs this may run it. */
function ownerOf(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const idOf = (flag: string, user: string) =>
    Number(
      execFileSync('id', [flag, user], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    )
  for (const user of ['postgres', 'nobody']) {
    try {
      return { uid: idOf('-u', user), gid: idOf('-g', user) }
    } catch {
      // There is no such user here.
    }
  }
  return undefined
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
