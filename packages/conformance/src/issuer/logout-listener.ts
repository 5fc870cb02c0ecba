/** Where an issuer posts its logout tokens: OpenID Connect Back-Channel Logout 1.0 section 2.5. */
import { createServer, type IncomingMessage } from 'node:http'

export interface LogoutDelivery {
  readonly method: string
  readonly path: string
  readonly contentType: string
  readonly parameters: URLSearchParams
}

export interface LogoutListener {
  /** Everything that has arrived so far. */
  readonly deliveries: readonly LogoutDelivery[]
  /** The first delivery that fits, now or within so many ms; undefined when none came. */
  waitFor(
    fits: (one: LogoutDelivery) => boolean,
    timeoutMs: number,
  ): Promise<LogoutDelivery | undefined>
  close(): Promise<void>
}

const MOST_BYTES = 64 * 1024

export async function logoutListener(address: {
  host: string
  port: number
}): Promise<LogoutListener> {
  const deliveries: LogoutDelivery[] = []
  const waiting = new Set<() => void>()
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      deliveries.push({
        method: request.method ?? '',
        path: request.url ?? '',
        contentType: request.headers['content-type'] ?? '',
        parameters: new URLSearchParams(body),
      })
      response.writeHead(200, { 'cache-control': 'no-store' }).end()
      for (const look of waiting) look()
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(address.port, address.host, resolve)
  })
  return {
    deliveries,
    waitFor: (fits, timeoutMs) =>
      new Promise((resolve) => {
        const look = () => {
          const found = deliveries.find(fits)
          if (found !== undefined) done(found)
        }
        const done = (found: LogoutDelivery | undefined) => {
          clearTimeout(timer)
          waiting.delete(look)
          resolve(found)
        }
        const timer = setTimeout(() => done(undefined), timeoutMs)
        waiting.add(look)
        look()
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of request) {
    body += part
    if (body.length > MOST_BYTES) break
  }
  return body
}
