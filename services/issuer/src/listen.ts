import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { InputError } from '@latchkey/protocol'
import type { FastifyBaseLogger } from 'fastify'

/** What a person can do about it, by the system's code for why a port could not be opened. */
const REFUSALS: Readonly<Record<string, { code: string; expected: string }>> = {
  EADDRINUSE: {
    code: 'port-in-use',
    expected: 'a free port (another program has this one, or Latchkey is already running)',
  },
  EACCES: { code: 'port-forbidden', expected: 'a port that this user may open, such as 4000' },
  EADDRNOTAVAIL: { code: 'address-unknown', expected: 'an address of this machine' },
  ENOTFOUND: { code: 'address-unknown', expected: 'an address of this machine' },
  EAI_AGAIN: { code: 'address-unknown', expected: 'an address of this machine' },
}

interface Listener {
  listen(options: { host: string; port: number }): Promise<string>
}

/** Opens the port and returns the address. Throws InputError, one clear line, when it cannot be opened. */
export async function listen(
  app: Listener,
  { host, port }: { host: string; port: number },
): Promise<string> {
  try {
    return await app.listen({ host, port })
  } catch (cause) {
    const refusal = REFUSALS[(cause as NodeJS.ErrnoException).code ?? '']
    if (refusal === undefined) throw cause
    const received = `${host}:${port}`
    throw new InputError(refusal.code, { where: 'listen', received, expected: refusal.expected })
  }
}

export interface StopDeps {
  readonly app: { readonly server: Server; close(): PromiseLike<unknown> }
  readonly log: Pick<FastifyBaseLogger, 'info' | 'warn' | 'error'>
  /** The process, or a stand-in: where signals arrive and what is left. */
  readonly process: Pick<NodeJS.Process, 'on' | 'exit'>
  /** Closes what outlives the server: stores, timers. Runs after the last request. */
  readonly close?: () => Promise<void>
  /** After so long, open connections are cut. Requests take milliseconds; what still runs then hangs. */
  readonly drainMs?: number
  /** So long after the cut the process ends with 1 whatever happens. Docker kills after 10 s in all. */
  readonly giveUpMs?: number
}

const SIGNALS = { SIGTERM: 15, SIGINT: 2 } as const

/**
 * Stops on SIGTERM and SIGINT: no new connections, requests in flight are answered, what hangs is cut after the bound,
 * then the stores are closed and the process ends with 0. A second signal ends it at once, as the shell would: 128 + n.
 * Called before the server listens, so that it knows every connection.
 */
export function stopOnSignals(deps: StopDeps): void {
  const sockets = trackSockets(deps.app.server)
  let stopping = false
  for (const [signal, number] of Object.entries(SIGNALS)) {
    deps.process.on(signal, () => {
      if (stopping) {
        deps.process.exit(128 + number)
        return
      }
      stopping = true
      deps.log.info({ signal }, 'stopping')
      void stop(deps, sockets).then((code) => deps.process.exit(code))
    })
  }
}

/** The server forgets connections that became WebSockets, and would then wait for them without end. */
function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  return sockets
}

async function stop(deps: StopDeps, sockets: ReadonlySet<Socket>): Promise<number> {
  const { app, log, close, drainMs = 8000, giveUpMs = 1500 } = deps
  const giveUp = Promise.withResolvers<number>()
  const cut = setTimeout(() => {
    log.warn({ drainMs, connections: sockets.size }, 'connections still open are cut')
    for (const socket of sockets) socket.destroy()
  }, drainMs)
  const last = setTimeout(() => {
    log.error({}, 'stopping took too long')
    giveUp.resolve(1)
  }, drainMs + giveUpMs)
  const clean = async () => {
    await app.close()
    await close?.()
    log.info({}, 'stopped')
    return 0
  }
  try {
    return await Promise.race([clean(), giveUp.promise])
  } catch (err) {
    log.error({ err }, 'stopping failed')
    return 1
  } finally {
    clearTimeout(cut)
    clearTimeout(last)
  }
}
