import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'

export interface ExchangeOptions {
  /** Where it is sent. */
  readonly url: URL
  /** Whose name stands in `Host`, and whose certificate is expected. Default: that of `url`. */
  readonly as?: URL
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly timeoutMs: number
  /** Takes the body of a success as it arrives; the answer has none then. */
  readonly sink?: (chunk: Buffer) => Promise<void>
}

/** No answer of an issuer comes near this. */
const MAX_BYTES = 4 * 1024 * 1024

/** One request and its whole answer. Rejects with the error of the system, or with `ETIMEDOUT`. */
export async function exchange({ url, as = url, ...options }: ExchangeOptions): Promise<{
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = send(
    {
      method: options.method,
      host: reachable(url.hostname),
      port: url.port,
      path: `${url.pathname}${url.search}`,
      headers: { ...options.headers, host: as.host },
      signal: AbortSignal.timeout(options.timeoutMs),
      ...(isIP(as.hostname) === 0 ? { servername: as.hostname } : {}),
    },
    resolve,
  )
  request.on('error', (error) => reject(timeoutOr(error)))
  request.end(options.body)
  const response = await promise
  const { sink } = options
  const isPoured = sink !== undefined && response.statusCode === 200
  const body = isPoured ? await pour(response, sink) : await read(response)
  return { status: response.statusCode ?? 0, headers: response.headers, body }
}

/** RFC 6761 section 6.3: names under `localhost` are this machine, whether the resolver knows it or not. */
function reachable(hostname: string): string {
  const name = hostname.replace(/^\[|\]$/g, '')
  return name === 'localhost' || name.endsWith('.localhost') ? '127.0.0.1' : name
}

function timeoutOr(error: Error): Error {
  return error.name === 'AbortError' || error.name === 'TimeoutError'
    ? Object.assign(new Error('timeout'), { code: 'ETIMEDOUT' })
    : error
}

/** As fast as it is taken. */
async function pour(
  response: IncomingMessage,
  sink: (chunk: Buffer) => Promise<void>,
): Promise<Buffer> {
  try {
    for await (const chunk of response) await sink(chunk)
  } catch (error) {
    throw timeoutOr(error as Error)
  }
  return Buffer.alloc(0)
}

async function read(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  try {
    for await (const chunk of response) {
      bytes += chunk.length
      if (bytes > MAX_BYTES) throw Object.assign(new Error('too long'), { code: 'EMSGSIZE' })
      chunks.push(chunk)
    }
  } catch (error) {
    throw timeoutOr(error as Error)
  }
  return Buffer.concat(chunks)
}
