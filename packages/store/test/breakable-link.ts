import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A way to a server that can be broken in between, as networks do. */
export interface BreakableLink {
  readonly url: string
  /** What was sent so far arrived; from now on nothing passes on the present connections, and nobody is told. */
  swallow(): void
  /** The present connections break on this side only. */
  cut(): void
  close(): void
}

export async function breakableLink(port: number): Promise<BreakableLink> {
  const pairs = new Set<{ near: Socket; far: Socket }>()
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    const pair = { near, far }
    pairs.add(pair)
    near.pipe(far)
    far.pipe(near)
    near.on('error', () => {})
    far.on('error', () => {})
    near.on('close', () => pairs.delete(pair))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    swallow: () => {
      for (const { near, far } of pairs) {
        near.unpipe()
        far.unpipe()
        near.resume()
        far.resume()
      }
    },
    cut: () => {
      for (const { near, far } of pairs) {
        near.unpipe()
        near.destroy()
        far.unpipe()
      }
    },
    close: () => {
      server.close()
      for (const { near, far } of pairs) {
        near.destroy()
        far.destroy()
      }
    },
  }
}
