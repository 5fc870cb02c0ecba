import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server on this machine on which nothing passes any more when a test says so, and nobody is told. */
export interface StoppableLink {
  readonly port: number
  /** What is sent from now on is lost, on present connections and on new ones. */
  stop(): void
  /** New connections pass again. */
  mend(): void
  close(): void
}

export async function stoppableLink(port: number): Promise<StoppableLink> {
  const sockets = new Set<Socket>()
  let isStopped = false
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (bytes) => void (isStopped || to.write(bytes)))
      from.on('error', () => {})
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const hangUp = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      isStopped = true
    },
    mend: () => {
      hangUp()
      isStopped = false
    },
    close: () => {
      server.close()
      hangUp()
    },
  }
}
