import type { IncomingHttpHeaders } from 'node:http'
import { exchange } from './exchange.ts'

export interface CallOptions {
  /** Where the issuer is reached. */
  readonly address: string
  /** Whose name stands in `Host`, and whose certificate is expected, whatever the address is. */
  readonly issuer: string
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Default 15,000. */
  readonly timeoutMs?: number
  /** Takes the body of a success as it arrives, for what is too long to keep. */
  readonly sink?: (chunk: Buffer) => Promise<void>
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** Parsed JSON; undefined when the body is something else. */
  readonly body: unknown
}

/**
 * One HTTP exchange. Redirects are not followed: they would carry the credentials along. Rejects with the error of the
 * system, or with `ETIMEDOUT`.
 */
export async function call(options: CallOptions): Promise<Answer> {
  const { method, headers = {}, body, sink, timeoutMs = 15_000 } = options
  const answer = await exchange({
    url: new URL(options.path, options.address),
    as: new URL(options.issuer),
    method,
    headers: { accept: 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
    timeoutMs,
    ...(sink && { sink }),
  })
  return { ...answer, body: parse(answer.body.toString('utf8')) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
