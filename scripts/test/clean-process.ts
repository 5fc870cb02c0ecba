import { type ChildProcess, spawn } from 'node:child_process'

export interface CleanProcess {
  readonly child: ChildProcess
  /** Resolves when it has written this text, to either stream. */
  said(text: string): Promise<void>
  readonly ended: Promise<{ readonly exitCode: number | null; readonly lines: readonly string[] }>
}

/**
 * Starts a program of Node with these environment variables and no others. tap gives every process that a test starts
 * a loader of its own, which some programs do not survive; `env -i` takes it away again.
 * @param args script and its arguments
 */
export function cleanProcess(
  args: readonly string[],
  options: { cwd: string; env?: Readonly<Record<string, string>>; uid?: number | undefined },
): CleanProcess {
  const { cwd, env = { PATH: process.env['PATH'] ?? '' }, uid } = options
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
