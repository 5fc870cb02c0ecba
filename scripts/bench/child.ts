import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

/** A program of the benchmark in a process of its own, which answers one question after the other. */
export interface Child {
  /** Sends a question and resolves with its answer. Rejects when the program has ended. */
  ask<Answer>(question: object): Promise<Answer>
  /** Resolves when a program that is not ours to ask, such as the issuer, says that it is ready. */
  said(): Promise<void>
  /** CPU time of all its threads so far. */
  cpuMicros(): Promise<number>
  stop(): Promise<void>
}

const CPU_QUESTION = 'cpu'

/** Which processor it may use: the program under test has the first one for itself. */
export type Core = 'first' | 'last' | 'any'

const TASKSET = '/usr/bin/taskset'
const NODE_ARGS = [
  '-C',
  '@latchkey/source',
  '--disable-warning=ExperimentalWarning',
  // A peer warns of its own cache, which is measured on purpose.
  '--disable-warning=FAST_JWT_CACHE_KEY_BUILDER_SECURITY_RISK',
]

/** @param program path of the program, relative to this folder, or its `file:` address */
export function startChild(
  program: string,
  options: { core?: Core; args?: readonly string[]; env?: NodeJS.ProcessEnv } = {},
): Child {
  const { core = 'any', args = [], env = {} } = options
  const file = fileURLToPath(new URL(program, import.meta.url))
  const child = fork(file, [...args], {
    ...launcher(core),
    env: { PATH: process.env['PATH'], ...env },
    serialization: 'advanced',
    // What a child has to say is an error; stdout belongs to the JSON lines.
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const gone = new Promise<never>((_, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      reject(new Error(`${program} has ended (${signal ?? code})`))
    })
  })
  gone.catch(() => {})
  const message = () => new Promise((resolve) => child.once('message', resolve))
  const ask = async (question: object | typeof CPU_QUESTION) => {
    const answer = message()
    if (child.connected) child.send(question)
    return await Promise.race([answer, gone])
  }
  return {
    ask: async <Answer>(question: object) => (await ask(question)) as Answer,
    cpuMicros: async () => (await ask(CPU_QUESTION)) as number,
    said: async () => {
      await Promise.race([message(), gone])
    },
    stop: () => stop(child),
  }
}

/** The other side of `ask`. The program ends when its parent does. */
export function answer<Question>(handle: (question: Question) => Promise<unknown>): void {
  process.on('disconnect', () => process.exit(0))
  process.on('message', (question) => {
    const reply = question === CPU_QUESTION ? cpuMicros() : handle(question as Question)
    reply.then(
      (message) => process.send?.(message),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? error.stack : error}\n`)
        process.exit(1)
      },
    )
  })
}

async function cpuMicros(): Promise<number> {
  const { user, system } = process.cpuUsage()
  return user + system
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}

/** `taskset` (util-linux) runs Node on one processor. Where there is none the system decides. */
function launcher(core: Core): { execPath: string; execArgv: string[] } {
  const cores = availableParallelism()
  const here = { execPath: process.execPath, execArgv: NODE_ARGS }
  if (core === 'any' || cores < 2 || !existsSync(TASKSET)) return here
  const number = core === 'first' ? 0 : cores - 1
  return { execPath: TASKSET, execArgv: ['-c', String(number), process.execPath, ...NODE_ARGS] }
}
