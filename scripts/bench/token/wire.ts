import { connect, type Socket } from 'node:net'

/** One kept connection and one request at a time, on a bare socket: it costs a fraction of what the server does with it. */
export interface Wire {
  send(request: string): Promise<Answer>
  close(): void
}

export interface Answer {
  readonly status: number
  /** Of a name in small letters; undefined when it is not there. The first, where it comes more than once. */
  header(name: string): string | undefined
  /** `name=value; name=value` of everything that was set and not taken away. */
  cookies(): string[]
  readonly body: string
}

export function openWire(port: number): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () =>
      resolve(wireOn(socket)),
    )
    socket.once('error', reject)
  })
}

function wireOn(socket: Socket): Wire {
  let waiting: PromiseWithResolvers<Answer> | undefined
  let received = ''
  const fail = (error: Error) => waiting?.reject(error)
  socket.setEncoding('utf8')
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server closed a connection')))
  socket.on('data', (chunk: string) => {
    received += chunk
    const answer = answerIn(received)
    if (answer === undefined) return
    received = ''
    const done = waiting
    waiting = undefined
    done?.resolve(answer)
  })
  return {
    send: (request) => {
      waiting = Promise.withResolvers<Answer>()
      socket.write(request)
      return waiting.promise
    },
    close: () => {
      socket.removeAllListeners('close')
      socket.destroy()
    },
  }
}

/** Undefined while something of it is missing. All contenders send a length. */
function answerIn(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end)
  const body = text.slice(end + 4)
  const header = (name: string) => new RegExp(`\r\n${name}: ([^\r]*)`, 'i').exec(head)?.[1]
  const length = header('content-length')
  if (length === undefined && header('transfer-encoding') !== undefined) {
    if (!body.endsWith('0\r\n\r\n')) return undefined
  } else if (Buffer.byteLength(body) < Number(length ?? 0)) return undefined
  return {
    status: Number(head.slice(9, 12)),
    header,
    cookies: () =>
      [...head.matchAll(/\r\nset-cookie: ([^;\r]+)/gi)]
        .map((found) => found[1] ?? '')
        .filter((pair) => !pair.endsWith('=')),
    body,
  }
}
