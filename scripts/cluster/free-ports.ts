import { createServer } from 'node:net'

type PortState = 'free' | 'taken' | 'forbidden'

/** Throws an error of one line, which says what to do, for the first of these ports that cannot be opened. */
export async function assertFree(ports: readonly number[], command = 'npm start'): Promise<void> {
  // A thousand further on, where there are ports.
  const [first = 0] = ports
  const other = first + 1000 <= 65_000 ? first + 1000 : 5000
  for (const port of ports) {
    const state = await stateOf(port)
    if (state === 'free') continue
    const why = state === 'taken' ? 'is taken. Running already?' : 'is not open to this user.'
    throw new Error(`Port ${port} ${why} Otherwise: LATCHKEY_PORT=${other} ${command}`)
  }
}

export async function isFree(port: number): Promise<boolean> {
  return (await stateOf(port)) === 'free'
}

/** Of both loopback addresses: a browser that finds somebody else on the other one talks to them. */
async function stateOf(port: number): Promise<PortState> {
  const states = [await stateAt('127.0.0.1', port), await stateAt('::1', port)]
  return states.find((state) => state !== 'free') ?? 'free'
}

function stateAt(host: string, port: number): Promise<PortState> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', ({ code }: NodeJS.ErrnoException) => {
      // A machine without IPv6 has nobody on it.
      const absent = code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT'
      resolve(absent ? 'free' : code === 'EACCES' ? 'forbidden' : 'taken')
    })
    probe.listen(port, host, () => probe.close(() => resolve('free')))
  })
}
