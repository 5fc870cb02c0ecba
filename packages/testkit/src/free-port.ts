import { createServer } from 'node:net'

/** Below the range that the kernel takes for outgoing connections, so that nobody else gets it meanwhile. */
const FIRST = 20_000
const LAST = 31_999
const TRIES = 50

/** A port that nobody listens on. Known before its server exists, since services have to know each other's addresses. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST))
    if (await isFree(port)) return port
  }
  throw new Error(`no free port among ${TRIES} between ${FIRST} and ${LAST}`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
