import { type ChildProcess, spawn } from 'node:child_process'

export interface CleanProcess {
  readonly child: ChildProcess
  /** Resolves when it has written this text, to either stream. */
  said(text: string): Promise<void>
  readonly ended: Promise<{ readonly exitCode: number | null; readonly lines: readonly string[] }>
}

/** The path, and where the modules are that others of the test run have compiled. */
const FROM_HERE = ['PATH', 'NODE_COMPILE_CACHE'].flatMap((name) => {
  const value = process.env[name]
  return value === undefined ? [] : [[name, value] as const]
})

/**
 * Starts a program of Node with these environment variables and no others. A run with coverage gives every process that a
 * test starts loaders of its own, which some programs do not survive; `env -i` takes them away again.
 * @param args script and its arguments
 */
export function cleanProcess(
  args: readonly string[],
  options: { cwd: string; env?: Readonly<Record<string, string>>; uid?: number | undefined },
): CleanProcess {
  const { cwd, env = Object.fromEntries(FROM_HERE), uid } = options
  const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const child = spawn('/usr/bin/env', ['-i', ...assignments, process.execPath, ...args], {
    cwd,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => {
      output += chunk
      child.emit('said')
    })
  }
  return {
    child,
    async said(text) {
      while (!output.includes(text)) await new Promise((resolve) => child.once('said', resolve))
    },
    ended: new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', (exitCode) => {
        resolve({ exitCode, lines: output.split('\n').filter((line) => line !== '') })
      })
    }),
  }
}
