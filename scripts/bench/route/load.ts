/**
 * The load, as a program: 64 connections with one request each on the way, for a given time. Written on bare sockets, so that it costs a
 * fraction of the server's time and the server is what limits.
 */
import { connect, type Socket } from 'node:net'
import { PATH } from '../bench-tokens.ts'
import { answer } from '../child.ts'
import { quantile } from '../statistics.ts'
import { repeatableRandom, zipf } from '../zipf.ts'

const CONNECTIONS = 64
/** Drawn beforehand, and again from the beginning when they are used up. */
const DRAWS = 2 ** 16

export type LoadQuestion =
  | { readonly tokens: readonly string[] }
  | { readonly port: number; readonly forMs: number }
  /** Sends every token so many times, one after the other: what remembers tokens is then warm. */
  | { readonly port: number; readonly each: number }

export interface Load {
  readonly requests: number
  readonly seconds: number
  readonly p99Ms: number
}

let requests: readonly Buffer[] = []
let drawn = new Int32Array()
let next = 0

function prepare(tokens: readonly string[]): void {
  requests = tokens.map((token) =>
    Buffer.from(
      `GET ${PATH} HTTP/1.1\r\nhost: a.test\r\naccept: */*\r\nauthorization: Bearer ${token}\r\n\r\n`,
      'latin1',
    ),
  )
  drawn = Int32Array.from({ length: DRAWS }, zipf(tokens.length, repeatableRandom(2)))
}

/** The next request, or undefined when it is over. */
type Requests = (nowMs: number) => Buffer | undefined

function until(endMs: number): Requests {
  return (nowMs) => {
    if (nowMs >= endMs) return undefined
    next = (next + 1) % DRAWS
    return requests[drawn[next] as number]
  }
}

function all(times: number): Requests {
  let sent = 0
  return () => (sent < times * requests.length ? requests[sent++ % requests.length] : undefined)
}

async function load(port: number, take: Requests): Promise<Load> {
  const sockets = await Promise.all(Array.from({ length: CONNECTIONS }, () => open(port)))
  const latencies: number[] = []
  const begun = performance.now()
  await Promise.all(sockets.map((socket) => drive(socket, take, latencies)))
  const seconds = (performance.now() - begun) / 1000
  for (const socket of sockets) socket.destroy()
  return { requests: latencies.length, seconds, p99Ms: quantile(latencies, 0.99) }
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket))
    socket.once('error', reject)
  })
}

/** One request after the other. Every answer must be 200. */
function drive(socket: Socket, take: Requests, latencies: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    let sentAt = 0
    let received = 0
    let wanted = 0
    const send = (nowMs: number) => {
      sentAt = nowMs
      const request = take(nowMs)
      if (request === undefined) resolve()
      else socket.write(request)
    }
    socket.on('error', reject)
    socket.on('close', () => reject(new Error('the server closed a connection')))
    socket.on('data', (chunk: Buffer) => {
      if (received === 0) wanted = lengthOf(chunk)
      received += chunk.length
      if (received < wanted) return
      received = 0
      const now = performance.now()
      latencies.push(now - sentAt)
      send(now)
    })
    send(performance.now())
  })
}

/** All answers of a run are alike: the first of each length is read, the others are recognised. */
const lengths = new Map<number, number>()

function lengthOf(chunk: Buffer): number {
  // "HTTP/1.1 200": anything but the 2 is a contender that refuses good tokens.
  if (chunk[9] !== 0x32) throw new Error(chunk.toString('latin1').slice(0, 300))
  const known = lengths.get(chunk.length)
  if (known !== undefined) return known
  const text = chunk.toString('latin1')
  const head = text.indexOf('\r\n\r\n') + 4
  const body = /\r\ncontent-length: (\d+)\r\n/i.exec(text)?.[1]
  if (head < 4 || body === undefined) throw new Error('an answer that this load cannot measure')
  lengths.set(chunk.length, head + Number(body))
  return head + Number(body)
}

answer<LoadQuestion>(async (question) => {
  if ('forMs' in question) {
    return await load(question.port, until(performance.now() + question.forMs))
  }
  if ('each' in question) return await load(question.port, all(question.each))
  prepare(question.tokens)
  return true
})
