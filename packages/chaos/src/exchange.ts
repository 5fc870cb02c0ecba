import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'

export interface Question {
  /** Where it is sent. */
  readonly address: string
  /** Whose name stands in `Host`, and whose certificate is expected. */
  readonly host: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
}

export type Answer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: unknown }
  /** Nobody answered in time: what was asked for may have happened. */
  | { readonly kind: 'lost'; readonly why: string }

/** Far more than any answer that matters here. */
const MOST_BYTES = 1024 * 1024

const agent = new Agent({ keepAlive: true, maxSockets: 256 })

/** One HTTP exchange; never throws. Redirects are answers like any other. */
export async function exchange(question: Question): Promise<Answer> {
  try {
    const response = await send(question)
    return { kind: 'answered', status: response.statusCode ?? 0, body: await read(response) }
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException
    return { kind: 'lost', why: code ?? name }
  }
}

function send(question: Question): Promise<IncomingMessage> {
  const url = new URL(question.path, question.address)
  const host = new URL(question.host)
  const secure = url.protocol === 'https:'
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  const request = (secure ? httpsRequest : httpRequest)(
    {
      ...(secure ? {} : { agent }),
      method: question.method,
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      path: `${url.pathname}${url.search}`,
      headers: { accept: 'application/json', ...question.headers, host: host.host },
      signal: AbortSignal.timeout(question.timeoutMs),
      ...(isIP(host.hostname) === 0 ? { servername: host.hostname } : {}),
    },
    resolve,
  )
  request.on('error', reject)
  request.end(question.body)
  return promise
}

async function read(response: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    bytes += chunk.length
    if (bytes > MOST_BYTES) throw Object.assign(new Error('too long'), { code: 'EMSGSIZE' })
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    return undefined
  }
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
