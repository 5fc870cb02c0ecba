/** The loopback redirect of a native app: RFC 8252 section 7.3. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const PATH = '/callback'

export interface LoopbackReceiver {
  readonly redirectUri: string
  /** The address that the browser was sent to. Rejects with the reason of the signal. */
  received(signal: AbortSignal): Promise<URL>
  close(): void
}

/**
 * Waits on 127.0.0.1 for the answer to one sign-in. Anything else that a page or a program of this machine may ask is answered with 404:
 * without the `state`, which only the browser of this sign-in has, nothing is taken.
 */
export async function loopbackReceiver(options: {
  readonly state: string
  /** 0: any that is free, which a provider has to allow for loopback addresses. */
  readonly port: number
  /** HTML. */
  readonly page: string
}): Promise<LoopbackReceiver> {
  const answer = Promise.withResolvers<URL>()
  const server = createServer((request, response) => {
    const url = addressOf(request, redirectUri)
    if (url === undefined || url.searchParams.get('state') !== options.state) {
      return send(response, 404, '<!doctype html><title>404</title>')
    }
    send(response, 200, options.page)
    answer.resolve(url)
  })
  server.listen(options.port, '127.0.0.1')
  await once(server, 'listening')
  const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}${PATH}`
  return {
    redirectUri,
    received: (signal) => {
      signal.addEventListener('abort', () => answer.reject(signal.reason), { once: true })
      return answer.promise
    },
    close: () => {
      server.close()
      server.closeIdleConnections()
    },
  }
}

/** Undefined for anything but GET of our own address: another `Host` is a page that has made its name mean this machine. */
function addressOf(request: IncomingMessage, redirectUri: string): URL | undefined {
  const own = new URL(redirectUri)
  const url = URL.parse(request.url ?? '', own.origin)
  const isOurs = request.method === 'GET' && request.headers.host === own.host
  return isOurs && url?.pathname === own.pathname ? url : undefined
}

function send(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    connection: 'close',
  })
  response.end(page)
}
