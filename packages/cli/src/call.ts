import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'

export interface CallOptions {
  /** Where the issuer is reached. */
  readonly address: string
  /** Whose name stands in `Host`, and whose certificate is expected, whatever the address is. */
  readonly issuer: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Default 15,000. */
  readonly timeoutMs?: number
}

export interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  /** Parsed JSON; undefined when the body is something else. */
  readonly body: unknown
}

/** No answer of the issuer comes near this. */
const MAX_BYTES = 4 * 1024 * 1024

/**
 * One HTTP exchange. Redirects are not followed: they would carry the credentials along. Rejects with the error of the
 * system, or with `ETIMEDOUT`.
 */
export async function call(options: CallOptions): Promise<Answer> {
  const url = new URL(options.path, options.address)
  const issuer = new URL(options.issuer)
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = send(
    {
      method: options.method,
      host: reachable(url.hostname),
      port: url.port,
      path: `${url.pathname}${url.search}`,
      headers: { ...options.headers, host: issuer.host, accept: 'application/json' },
      signal: AbortSignal.timeout(options.timeoutMs ?? 15_000),
      ...(isIP(issuer.hostname) === 0 ? { servername: issuer.hostname } : {}),
    },
    resolve,
  )
  request.on('error', (error) => reject(timeoutOr(error)))
  request.end(options.body)
  const response = await promise
  const body = await read(response)
  return {
    status: response.statusCode ?? 0,
    retryAfter: response.headers['retry-after'],
    body: parse(body),
  }
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

async function read(response: IncomingMessage): Promise<string> {
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
  return Buffer.concat(chunks).toString('utf8')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
