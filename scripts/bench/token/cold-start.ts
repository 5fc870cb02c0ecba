import { type ChildProcess, spawn } from 'node:child_process'
import process from 'node:process'
import { postAsClient } from './http-text.ts'
import { openWire } from './wire.ts'

export interface ColdStart {
  /** From the start of the process to the first access token. */
  readonly ms: number
}

/** Starts a program (the path of a file) as an operator would, asks for a token until there is one, and ends it. */
export async function coldStart(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  port: number,
): Promise<ColdStart> {
  const begun = performance.now()
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: 'ignore',
  })
  try {
    await firstToken(port, child)
    return { ms: performance.now() - begun }
  } finally {
    await ended(child)
  }
}

async function firstToken(port: number, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const wire = await openWire(port).catch(() => undefined)
    if (wire === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 2))
      continue
    }
    const answer = await wire.send(postAsClient('/token', 'grant_type=client_credentials'))
    wire.close()
    if (answer.status === 200) return
    throw new Error(`no token: ${answer.status} ${answer.body}`)
  }
  throw new Error(`the program ended with ${child.exitCode}`)
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}
