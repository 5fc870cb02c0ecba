/** One process of redis-server, which the tests start and end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { InputError } from '@latchkey/protocol'

export interface RedisProcess {
  readonly pid: () => number
  /** SIGSTOP: the server hangs, its connections stay open. */
  pause(): void
  /** SIGCONT. */
  resume(): void
  /** kill -9; resolves when the process is gone. */
  kill(): Promise<void>
  /** Starts it again after `kill`, with what it has kept on the disk: by default nothing. */
  start(): Promise<void>
  /** For good. */
  stop(): Promise<void>
}

/** What a process is started with in its folder, which is new and goes with it. */
export interface RedisStart {
  readonly args: (folder: string) => readonly string[]
  /** It is up when it has printed this. */
  readonly ready: string
}

/**
 * Resolves when the server has printed `ready`. Throws InputError `redis-missing` when no redis-server is installed.
 */
export async function redisProcess(start: RedisStart): Promise<RedisProcess> {
  // A replica keeps there what it was sent; in a shared folder the next server would begin with it.
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-redis-'))
  const args = start.args(folder)
  let child = await launch(args, start.ready)
  const killIfRunning = () => child.kill('SIGKILL')
  process.once('exit', killIfRunning)

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  return {
    pid: () => Number(child.pid),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    kill,
    start: async () => {
      child = await launch(args, start.ready)
    },
    stop: async () => {
      process.off('exit', killIfRunning)
      await kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function launch(args: readonly string[], ready: string): Promise<ChildProcess> {
  const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] })
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
    if (line.includes(ready)) resolve(child)
  })
  return promise
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
