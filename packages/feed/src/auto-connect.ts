import type { Clock } from '@latchkey/protocol'
import type { Connect, SocketClosed } from './socket.ts'

/** One upgrade may fail by accident. */
const FAILURES_THAT_TELL = 2
/** Proxies are replaced, and a poll costs more than a socket. */
const POLL_FOR_MS = 10 * 60_000
/** The issuer's own answers: it was reached, and WebSockets are not what is wrong. */
const OF_ISSUER: ReadonlySet<number | undefined> = new Set([401, 429, 503])
/** Nobody was reached, or not who was meant: over HTTP it would be the same. */
const UNREACHED = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|certificate/i

export interface AutoConnectDeps {
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly webSocket: Connect
  readonly longPoll: Connect
}

/**
 * A WebSocket, unless upgrades fail as they do where a proxy bars them: then long poll, and every ten minutes a try whether
 * that has changed. Once a WebSocket was open here, failures are the network's.
 */
export function autoConnect({ clock, webSocket, longPoll }: AutoConnectDeps): Connect {
  let failures = 0
  let isKnownToWork = false
  let pollUntilMs = -Infinity

  const trySocket: Connect = (request, events) =>
    webSocket(request, {
      ...events,
      opened: () => {
        isKnownToWork = true
        events.opened()
      },
      closed: (facts) => {
        if (!isKnownToWork && looksBarred(facts)) {
          failures += 1
          if (failures >= FAILURES_THAT_TELL) pollUntilMs = clock.monotonicMs() + POLL_FOR_MS
        }
        events.closed(facts)
      },
    })

  const poll: Connect = (request, events) => {
    const socket = longPoll(request, {
      ...events,
      text: (text) => {
        events.text(text)
        if (clock.monotonicMs() >= pollUntilMs) socket.close(1000)
      },
    })
    return socket
  }

  return (request, events) =>
    clock.monotonicMs() < pollUntilMs ? poll(request, events) : trySocket(request, events)
}

function looksBarred({ status, reason }: SocketClosed): boolean {
  return !OF_ISSUER.has(status) && !UNREACHED.test(reason)
}
