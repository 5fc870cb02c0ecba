import { type IncomingHttpHeaders, request } from 'node:http'

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  json(): unknown
}

export interface HttpRequest {
  /** Where it really goes: `127.0.0.1` and this port. */
  readonly port: number
  readonly host: string
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
}

const TIMEOUT_MS = 20_000

/** One request on a connection of its own: nothing is pooled, so that a test ends when its servers end. */
export function exchange(options: HttpRequest): Promise<HttpAnswer> {
  const { port, host, path, method, body } = options
  const headers = {
    host,
    ...options.headers,
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
  }
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path,
      method,
      headers,
      agent: false,
      signal,
    })
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      const parts: Buffer[] = []
      incoming.on('data', (part: Buffer) => parts.push(part))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const text = Buffer.concat(parts).toString()
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          text,
          json: () => JSON.parse(text) as unknown,
        })
      })
    })
    outgoing.end(body)
  })
}
