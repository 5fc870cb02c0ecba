/** A real redis-server of one's own, for tests: on a free port of 127.0.0.1, with nothing on the disk. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { createInterface } from 'node:readline'
import { InputError } from '@latchkey/protocol'

export interface RedisServer {
  readonly url: string
  readonly port: number
  readonly pid: () => number
  /** SIGSTOP: the server hangs, its connections stay open. */
  pause(): void
  /** SIGCONT. */
  resume(): void
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>
  /** Starts it again after `kill`, empty, on the same port. */
  start(): Promise<void>
  /** For good. */
  stop(): Promise<void>
}

/** Resolves when the server takes commands. Throws InputError `redis-missing` when no redis-server is installed. */
export async function startRedis(options: { args?: readonly string[] } = {}): Promise<RedisServer> {
  const port = await freePort()
  const spawnServer = () => launch(port, options.args ?? [])
  let child = await spawnServer()
  const killIfRunning = () => child.kill('SIGKILL')
  process.once('exit', killIfRunning)

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: () => Number(child.pid),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill,
    start: async () => {
      child = await spawnServer()
    },
    stop: async () => {
      process.off('exit', killIfRunning)
      await kill()
    },
  }
}

async function launch(port: number, args: readonly string[]): Promise<ChildProcess> {
  const own = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  const child = spawn('redis-server', [...own, '--dir', tmpdir(), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { promise, resolve, reject } = Promise.withResolvers<ChildProcess>()
  child.once('error', () => {
    reject(
      new InputError('redis-missing', {
        received: 'no redis-server in PATH',
        expected: 'an installed redis-server, for example from: apt-get install redis-server',
      }),
    )
  })
  const printed: string[] = []
  child.once('exit', (code) => {
    reject(new Error(`redis-server left with ${code}: ${printed.slice(-3).join(' | ')}`))
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    printed.push(line)
    if (line.includes('Ready to accept connections')) resolve(child)
  })
  return promise
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
