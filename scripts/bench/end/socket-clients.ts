/** The browsers of many people, as one program, and the one whose session ends. */
import { WebSocket } from 'ws'
import { benchKey, PATH, signTokens } from '../bench-tokens.ts'
import { answer } from '../child.ts'

export type SocketsQuestion =
  | {
      readonly open: { readonly port: number; readonly master: Uint8Array; readonly count: number }
    }
  /** Ends the next session. Answers with the milliseconds until the last of its sockets was closed. */
  | { readonly end: true }

/** A person with two tabs. */
const SOCKETS_PER_SESSION = 2
const AT_ONCE = 100
const SESSION_ENDED = 4401

interface OpenSession {
  readonly sid: string
  readonly sockets: readonly WebSocket[]
}

let port = 0
let closed = 0
const sessions: OpenSession[] = []

async function open(token: string): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${token}` }
  const socket = new WebSocket(`ws://127.0.0.1:${port}${PATH}`, { headers })
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.once('close', () => {
    closed += 1
  })
  return socket
}

async function openAll(facts: {
  port: number
  master: Uint8Array
  count: number
}): Promise<number> {
  port = facts.port
  const key = benchKey(Buffer.from(facts.master))
  const tokens = signTokens(key, facts.count / SOCKETS_PER_SESSION)
  const lane = async () => {
    for (let token = tokens.pop(); token !== undefined; token = tokens.pop()) {
      const sockets = [await open(token), await open(token)]
      const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()
      sessions.push({ sid: (JSON.parse(claims) as { sid: string }).sid, sockets })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
  return sessions.length
}

async function end(): Promise<number> {
  const session = sessions.pop()
  if (!session) throw new Error('no session is left')
  const before = closed
  const begun = performance.now()
  const gone = session.sockets.map(
    (socket) => new Promise<number>((resolve) => socket.once('close', resolve)),
  )
  await fetch(`http://127.0.0.1:${port}/end/${session.sid}`, { method: 'POST' })
  const codes = await Promise.all(gone)
  const tookMs = performance.now() - begun
  if (codes.some((code) => code !== SESSION_ENDED)) throw new Error(`closed with ${codes}`)
  if (closed - before !== codes.length) throw new Error('sockets of others were closed')
  return tookMs
}

answer<SocketsQuestion>((question) => ('open' in question ? openAll(question.open) : end()))
