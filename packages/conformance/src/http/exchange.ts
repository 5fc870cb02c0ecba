import { request as httpRequest, type IncomingHttpHeaders, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'

/** What came back, exactly: nothing is followed, decoded or repaired. */
export interface Answer {
  /** What was asked, for the report: `POST https://sso.example.com/token`. */
  readonly asked: string
  readonly url: string
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

export interface Request {
  /** Default `GET`. */
  readonly method?: string
  readonly url: string
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
}

/** Sends one request to where it really goes. */
export type Send = (request: Request) => Promise<Answer>

export interface ExchangeOptions {
  /** Public origin to reachable origin, for an issuer that is reached elsewhere than its name says. */
  readonly addresses: ReadonlyMap<string, string>
  readonly timeoutMs: number
}

/** More than any answer of an issuer needs; a stream without end must not end the run. */
const MOST_BYTES = 4 * 1024 * 1024

/** Every request has a connection of its own, so that one which an issuer has broken off spoils nothing else. */
export function exchange({ addresses, timeoutMs }: ExchangeOptions): Send {
  return async (sent) => {
    const url = new URL(sent.url)
    const { method = 'GET', body } = sent
    const target = new URL(addresses.get(url.origin) ?? url.origin)
    const options: RequestOptions = {
      protocol: target.protocol,
      host: reachable(target.hostname),
      port: target.port,
      // As written, not as URL would normalise it: the issuer is to judge the text that a rule has chosen.
      path: sent.url.slice(url.origin.length).replace(/#.*$/s, '') || '/',
      method,
      headers: {
        host: url.host,
        ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
        ...(sent.headers as RequestOptions['headers'] & object),
      },
      agent: false,
      signal: AbortSignal.timeout(timeoutMs),
      ...(target.protocol === 'https:' && { servername: url.hostname }),
    }
    const { status, headers, text } = await perform(options, body)
    return { asked: `${method} ${url.origin}${url.pathname}`, url: sent.url, status, headers, text }
  }
}

/** RFC 6761 section 6.3: names below `localhost` are this machine, whatever its resolver knows. */
function reachable(hostname: string): string {
  const host = hostname.replace(/^\[|\]$/g, '')
  return host === 'localhost' || host.endsWith('.localhost') ? '127.0.0.1' : host
}

function perform(options: RequestOptions, body: string | undefined) {
  const start = options.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise<Pick<Answer, 'status' | 'headers' | 'text'>>((resolve, reject) => {
    const outgoing = start(options)
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      const parts: Buffer[] = []
      let bytes = 0
      incoming.on('error', reject)
      incoming.on('data', (part: Buffer) => {
        bytes += part.length
        if (bytes > MOST_BYTES)
          incoming.destroy(new Error(`an answer of more than ${MOST_BYTES} bytes`))
        else parts.push(part)
      })
      incoming.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8')
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text })
      })
    })
    outgoing.end(body)
  })
}
