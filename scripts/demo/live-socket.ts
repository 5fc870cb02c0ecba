import type { HttpBrowser } from '@latchkey/testkit'
import { WebSocket } from 'ws'
import type { DemoAddresses } from '../cluster/demo-cluster.ts'

export interface LiveSocket {
  /** Frames received so far. */
  readonly texts: number
  readonly binaries: number
  /** The close code. */
  readonly closed: Promise<number>
}

/** Live's WebSocket, opened as its page does it; resolves with the first text and binary frame. */
export async function openLive(
  browser: HttpBrowser,
  addresses: DemoAddresses,
): Promise<LiveSocket> {
  const { host } = new URL(addresses.live)
  const socket = new WebSocket(`ws://127.0.0.1:${addresses.ports.live}/socket`, {
    headers: { host, origin: addresses.live, cookie: browser.cookies.header(host) },
  })
  const counts = { texts: 0, binaries: 0 }
  const both = Promise.withResolvers<void>()
  socket.on('message', (_data, isBinary) => {
    counts[isBinary ? 'binaries' : 'texts'] += 1
    if (counts.texts > 0 && counts.binaries > 0) both.resolve()
  })
  const closed = new Promise<number>((resolve) => socket.once('close', resolve))
  socket.on('error', both.reject)
  await both.promise
  return { ...counts, closed }
}
