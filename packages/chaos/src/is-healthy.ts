import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Plan } from './plan.ts'

export type Environment = Readonly<Record<string, string | undefined>>

const LOOK_AGAIN_MS = 100

/** Runs the command until it succeeds, at most for `recoverMs`. Without a command everything counts as healthy. */
export async function isHealthy(
  { healthy, recoverMs }: Pick<Plan, 'healthy' | 'recoverMs'>,
  env: Environment,
): Promise<boolean> {
  if (healthy === undefined) return true
  const endMs = performance.now() + recoverMs
  while (performance.now() < endMs) {
    if (await succeeds(healthy, env)) return true
    await sleep(LOOK_AGAIN_MS)
  }
  return false
}

function succeeds([program = '', ...args]: readonly string[], env: Environment): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const child = spawn(program, args, { env, stdio: 'ignore' })
  child.once('error', () => resolve(false))
  child.once('exit', (code) => resolve(code === 0))
  return promise
}
