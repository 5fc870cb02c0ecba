import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { InputError } from '@latchkey/protocol'
import { ClusterFault } from './cluster-fault.ts'
import { exchange } from './exchange.ts'
import type { ProcessPlan } from './plan.ts'

/** A process of the cluster, and what can happen to it. */
export interface Part {
  readonly name: string
  /** Whether it may be killed: somebody starts it again. */
  readonly mortal: boolean
  /** SIGSTOP: it keeps its connections and says nothing. */
  freeze(): void
  thaw(): void
  /** SIGKILL; it stays dead until `start`. Of a supervised one: until its supervisor has noticed. */
  kill(): Promise<void>
  /** SIGTERM, and SIGKILL after five seconds. */
  stop(): Promise<void>
  /** Starts it if it is not running; resolves when it is ready. */
  start(): Promise<void>
}

const STOP_MS = 5000
const LOOK_AGAIN_MS = 50
const MOST_LAST_WORDS = 2000

type Environment = Readonly<Record<string, string | undefined>>

/** @param inherited environment of the processes that it starts, besides what the plan says */
export function partOf(plan: ProcessPlan, recoverMs: number, inherited: Environment): Part {
  return plan.command === undefined
    ? foreignPart(plan, recoverMs)
    : ownPart(plan, recoverMs, inherited)
}

function ownPart(plan: ProcessPlan, recoverMs: number, inherited: Environment): Part {
  let child: ChildProcess | undefined
  let lastWords = () => ''
  const isRunning = () =>
    child !== undefined && child.exitCode === null && child.signalCode === null
  const signal = (name: NodeJS.Signals) => {
    if (isRunning()) child?.kill(name)
  }
  const gone = async () => {
    if (child && isRunning()) await once(child, 'exit')
  }
  const killAtExit = () => signal('SIGKILL')
  return {
    name: plan.name,
    mortal: true,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    kill: async () => {
      signal('SIGKILL')
      await gone()
    },
    stop: async () => {
      signal('SIGCONT')
      signal('SIGTERM')
      const timer = setTimeout(() => signal('SIGKILL'), STOP_MS)
      await gone()
      clearTimeout(timer)
      process.off('exit', killAtExit)
    },
    start: async () => {
      if (!isRunning()) {
        child = await launch(plan, { ...inherited, ...plan.env })
        process.off('exit', killAtExit).once('exit', killAtExit)
        lastWords = hear(child)
      }
      await untilReady(plan, recoverMs, () => (isRunning() ? undefined : lastWords()))
    },
  }
}

async function launch(plan: ProcessPlan, env: Environment): Promise<ChildProcess> {
  const [program = '', ...args] = plan.command ?? []
  const log = plan.logFile === undefined ? 'ignore' : openSync(plan.logFile, 'a', 0o600)
  const child = spawn(program, args, { cwd: plan.folder, env, stdio: ['ignore', log, 'pipe'] })
  if (typeof log === 'number') closeSync(log)
  try {
    await once(child, 'spawn')
  } catch (error) {
    throw new ClusterFault(`${plan.name} cannot be started: ${(error as Error).message}`)
  }
  return child
}

/** What it has complained about last: all that is known of a process that does not start. */
function hear(child: ChildProcess): () => string {
  let tail = ''
  child.stderr?.on('data', (piece: Buffer) => {
    tail = (tail + piece.toString('utf8')).slice(-MOST_LAST_WORDS)
  })
  return () => tail.trim() || 'without a word'
}

function foreignPart(plan: ProcessPlan, recoverMs: number): Part {
  const signal = (name: NodeJS.Signals) => process.kill(pidOf(plan), name)
  return {
    name: plan.name,
    mortal: plan.supervised,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    kill: async () => {
      signal('SIGKILL')
    },
    stop: async () => {
      signal('SIGTERM')
    },
    start: () => untilReady(plan, recoverMs, () => undefined),
  }
}

function pidOf({ name, pidFile = '' }: ProcessPlan): number {
  const pid = Number(readFileSync(pidFile, 'utf8').trim())
  if (Number.isSafeInteger(pid) && pid > 1) return pid
  throw new InputError('chaos-pid', {
    where: `pid_file of ${name}`,
    received: 'something else',
    expected: 'the number of a process',
  })
}

async function untilReady(
  { name, ready }: ProcessPlan,
  withinMs: number,
  whyGone: () => string | undefined,
): Promise<void> {
  if (ready === undefined) return
  const endMs = performance.now() + withinMs
  while (performance.now() < endMs) {
    const why = whyGone()
    if (why !== undefined) throw new ClusterFault(`${name} has left before it was ready: ${why}`)
    if (await isReady(ready)) return
    await sleep(LOOK_AGAIN_MS)
  }
  throw new ClusterFault(`${name} was not ready within ${withinMs} ms`)
}

async function isReady(ready: string): Promise<boolean> {
  const url = new URL(ready)
  if (url.protocol === 'tcp:') return await accepts(url.hostname, Number(url.port))
  const path = `${url.pathname}${url.search}`
  const answer = await exchange({
    ...{ address: url.origin, host: url.origin, path },
    method: 'GET',
    timeoutMs: 1000,
  })
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300
}

function accepts(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect({ host, port, timeout: 1000 })
  const settle = (is: boolean) => {
    socket.destroy()
    resolve(is)
  }
  socket.once('connect', () => settle(true))
  socket.once('error', () => settle(false))
  socket.once('timeout', () => settle(false))
  return promise
}
