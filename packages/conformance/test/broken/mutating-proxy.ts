/** Stands before a good issuer and spoils what passes through. */
import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http'

export interface Passing {
  readonly method: string
  /** Path and query. */
  readonly target: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface Returning {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Changes requests, answers, or both; what it leaves alone it gives back. */
export interface Mutation {
  request?(passing: Passing): Passing
  answer?(returning: Returning, passing: Passing): Returning
}

export interface MutatingProxy {
  mutation: Mutation
  close(): Promise<void>
}

export async function startMutatingProxy(port: number, upstream: number): Promise<MutatingProxy> {
  const proxy: MutatingProxy = {
    mutation: {},
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  const server = createServer((incoming, outgoing) => {
    void pass(incoming, outgoing, upstream, proxy).catch(() => outgoing.destroy())
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return proxy
}

async function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  upstream: number,
  { mutation }: MutatingProxy,
): Promise<void> {
  const asked: Passing = {
    method: incoming.method ?? 'GET',
    target: incoming.url ?? '/',
    headers: incoming.headers,
    body: await textOf(incoming),
  }
  const passing = mutation.request?.(asked) ?? asked
  const returned = await forward(passing, upstream)
  const { status, headers, body } = mutation.answer?.(returned, asked) ?? returned
  const { 'content-length': _length, 'transfer-encoding': _encoding, ...kept } = headers
  outgoing.writeHead(status, present(kept)).end(body)
}

function forward({ method, target, headers, body }: Passing, port: number): Promise<Returning> {
  const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) }
  const { 'content-length': _length, ...kept } = headers
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, method, path: target, agent: false }
    const outgoing = send({ ...options, headers: { ...present(kept), ...length } })
    outgoing.on('error', reject)
    outgoing.on('response', (incoming) => {
      textOf(incoming).then((text) => {
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: text })
      }, reject)
    })
    outgoing.end(body)
  })
}

function present(headers: Passing['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      (one): one is [string, string | string[]] => one[1] !== undefined,
    ),
  )
}

async function textOf(stream: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of stream.setEncoding('utf8')) text += part
  return text
}
