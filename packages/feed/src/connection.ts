/** One connection to the issuer, from the first attempt until it is of no more use. */
import {
  type Clock,
  type HelloMessage,
  LIMITS,
  type Scheduler,
  type VerifierMessage,
} from '@latchkey/protocol'
import { FEED_CODECS, type FeedEncoding } from './codec.ts'
import { type ConversationDeps, conversation, type Ending, type News } from './conversation.ts'
import { whyGiveUp } from './give-up.ts'
import type { NewHandshake } from './handshake.ts'
import type { LeaseKeeper } from './lease.ts'
import { leaseRounds } from './lease-rounds.ts'
import { pulse } from './pulse.ts'
import type { Connect, ConnectRequest, SocketClosed } from './socket.ts'

/** The issuer cuts its frames at this size; the rest is room for other implementations. */
const MAX_FRAME_BYTES = 2 * LIMITS.feedFrameBytes
/** A closing handshake that takes longer is not waited for. */
const GOODBYE_MS = 500

export interface ConnectionDeps
  extends Pick<ConversationDeps, 'service' | 'replica' | 'log' | 'catalogue' | 'findRefused'> {
  readonly url: string
  readonly loopback: boolean
  readonly handshake: NewHandshake
  readonly encoding: FeedEncoding
  /** This verifier's own name, the same over all its connections. */
  readonly instance: string
  readonly connect: Connect
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly lease: LeaseKeeper
  readonly news: News
  /** Called each round. Gives a reason when everything that is known must be fetched anew. */
  round(): string | undefined
  /** The connection is of no more use. Exactly once. */
  ended(ending: Ending): void
  /** The socket is gone. Exactly once, not before `ended`. */
  released(): void
}

export interface Connection {
  readonly joined: boolean
  /** Sends the routes: as news, or only to be told the catalogue of now. */
  askCatalogue(again: boolean): void
  /** Says goodbye; `released` follows. */
  close(): void
}

export function openConnection(deps: ConnectionDeps): Connection {
  const { clock, scheduler } = deps
  let over = false
  let heardAtMs = clock.monotonicMs()
  let cancelGoodbye = () => {}

  const codec = () => FEED_CODECS[socket.encoding ?? deps.encoding]
  const send = (message: VerifierMessage) => socket.send(codec().encode(message))
  const leave = (ending: Ending) => {
    if (over) return
    over = true
    rounds.stop()
    deps.lease.forgetRequests()
    socket.terminate()
    deps.ended(ending)
  }
  const giveUp = (reason: string) => leave({ kind: 'lost', reason })
  const leases = leaseRounds({
    ...deps,
    send,
    giveUp,
    leased: () => {
      rounds.every(leases.ttlMs / 5)
      deps.news.leased()
    },
    warn: (facts, message) => deps.log.warn(facts, message),
  })
  const talk = conversation({
    ...{ ...deps, leases, send, leave },
    hello: () => helloOf(deps),
    codec: { decode: (frame) => codec().decode(frame) },
    unwrapKey: (kid, jwe) => socket.unwrapKey(kid, jwe),
  })
  const rounds = pulse(clock, scheduler, (lateMs) => {
    const { joined } = talk
    const { ttlMs, leasedAtMs } = leases
    const facts = { nowMs: clock.monotonicMs(), lateMs, heardAtMs, leasedAtMs, joined, ttlMs }
    const reason = deps.round() ?? whyGiveUp(facts)
    if (reason !== undefined) return giveUp(reason)
    if (!joined) return
    socket.ping()
    leases.ask()
  })

  /** Hears what comes until the connection is over. */
  const heard = (then: () => void) => {
    heardAtMs = clock.monotonicMs()
    if (!over) then()
  }
  const socket = deps.connect(requestOf(deps), {
    opened: () => heard(talk.begin),
    text: (frame) => heard(() => talk.frame(frame)),
    binary: (frame) => heard(() => talk.frame(frame)),
    alive: () => heard(() => {}),
    closed: (facts) => {
      cancelGoodbye()
      leave(endingOf(facts))
      deps.released()
    },
  })
  rounds.every(leases.ttlMs / 5)
  return {
    get joined() {
      return talk.joined && !over
    },
    askCatalogue: talk.askCatalogue,
    close: () => {
      over = true
      rounds.stop()
      cancelGoodbye = scheduler.after(GOODBYE_MS, () => socket.terminate())
      socket.close(1000)
    },
  }
}

function requestOf(deps: ConnectionDeps): ConnectRequest {
  const { url, loopback, handshake } = deps
  const { subprotocol } = FEED_CODECS[deps.encoding]
  const greeting = () => JSON.stringify(helloOf(deps))
  return { url, loopback, handshake, subprotocol, greeting, maxFrameBytes: MAX_FRAME_BYTES }
}

function helloOf({ service, instance, replica, catalogue }: ConnectionDeps): HelloMessage {
  const { version } = catalogue
  const positions = replica.positions()
  return {
    t: 'hello',
    v: 1,
    service,
    instance,
    positions,
    ...(version !== undefined && { version }),
  }
}

/** Wrong credentials, a wrong service, a broken rule: 401, 403, and 1008 (RFC 6455 section 7.4.1) are not healed by trying again. */
function endingOf({ reason, status, code }: SocketClosed): Ending {
  const refused = status === 401 || status === 403 || code === 1008
  return refused
    ? { kind: 'refused', reason: `refused by the issuer: ${reason}` }
    : { kind: 'lost', reason }
}
