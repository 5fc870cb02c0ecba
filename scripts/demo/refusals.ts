import { exchange } from '@latchkey/testkit'

export interface Watched {
  readonly name: string
  readonly port: number
  readonly host: string
  readonly path: string
  readonly token: string
}

export interface Refusal {
  readonly name: string
  /** Milliseconds since `from`: answer of the first request that was refused. */
  readonly ms: number
  readonly status: number
}

const GIVE_UP_MS = 8000

/** Asks again and again, one request after the other, until this service refuses the token. */
export async function untilRefused(watched: Watched, from: number): Promise<Refusal> {
  const { name, port, host, path, token } = watched
  for (;;) {
    const headers = { authorization: `Bearer ${token}` }
    const answer = await exchange({ port, host, path, method: 'GET', headers })
    const ms = performance.now() - from
    if (answer.status === 401) return { name, ms, status: answer.status }
    if (ms > GIVE_UP_MS)
      throw new Error(`${name} still answers ${answer.status} after ${GIVE_UP_MS} ms`)
  }
}
