import { createServer } from 'node:net'
import { InputError } from '@latchkey/protocol'

/** Throws InputError `port-in-use` for the first of these ports that somebody else has. */
export async function assertFree(ports: readonly number[]): Promise<void> {
  const taken = await firstTaken(ports)
  if (taken === undefined) return
  throw new InputError('port-in-use', {
    received: `port ${taken}, which another program has`,
    expected: `four free ports (${ports[0]} to ${ports.at(-1)}); choose others with LATCHKEY_PORT=5000 npm start`,
  })
}

export async function areFree(ports: readonly number[]): Promise<boolean> {
  return (await firstTaken(ports)) === undefined
}

async function firstTaken(ports: readonly number[]): Promise<number | undefined> {
  for (const port of ports) {
    if (!(await isFree(port))) return port
  }
  return undefined
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
