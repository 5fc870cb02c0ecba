/** All verifiers of this process: DESIGN section 5. Reads the log once and writes to each of them. */
import type { Audit, Service, Services } from '@latchkey/directory'
import {
  type Clock,
  type FeedKey,
  type FeedPosition,
  nowSeconds,
  type Random,
  randomId,
  type VerifierMessage,
} from '@latchkey/protocol'
import { type FeedSocket, type VerifierConnection, verifierConnection } from './connection.ts'
import type { LeaseClock } from './lease-clock.ts'
import type { LogTail } from './log-tail.ts'
import { parseVerifierMessage } from './verifier-message.ts'

export interface FeedHub {
  /** Takes over an authenticated socket of a client. Returns what to call on a frame and when the socket has closed. */
  accept(socket: FeedSocket, clientId: string): FeedSession
  verifiers(): readonly VerifierStatus[]
  /** Says goodbye to every verifier: they reconnect elsewhere. */
  close(): void
}

export interface FeedSession {
  frame(text: string): Promise<void>
  closed(): void
}

export interface VerifierStatus {
  readonly id: string
  readonly audience: string
  readonly clientId: string
  readonly connectedAt: number
  readonly acked: readonly { partition: number; epoch: number; offset: number }[]
}

export interface FeedHubDeps {
  readonly services: Pick<Services, 'find' | 'publishRoutes'>
  readonly audit: Pick<Audit, 'append'>
  readonly keysFor: (service: Service) => readonly FeedKey[]
  readonly tail: LogTail
  readonly lease: Pick<LeaseClock, 'confirmed' | 'beat'>
  readonly partitions: number
  readonly leaseMs: number
  readonly clock: Clock
  readonly random: Random
  readonly log: {
    info(facts: Record<string, unknown>, message: string): void
    warn(facts: Record<string, unknown>, message: string): void
  }
}

/** A healthy verifier sends about two frames a second; a burst after a reconnect is larger. */
const MOST_FRAMES_PER_SECOND = 500

interface Member {
  readonly connection: VerifierConnection
  readonly clientId: string
  readonly connectedAt: number
}

export function feedHub(deps: FeedHubDeps): FeedHub {
  const members = new Set<Member>()

  deps.tail.listen({
    appended: (epoch, entries) => {
      for (const { connection } of members) connection.append(epoch, entries)
    },
    reset: (partition) => {
      for (const { connection } of members) connection.snapshot(partition)
    },
  })

  async function join(socket: FeedSocket, clientId: string, audience: string) {
    const service = await deps.services.find(audience)
    if (!service || service.disabled || !service.clients.includes(clientId)) {
      await refuseAudience(clientId, audience, deps)
      socket.close(1008, 'not the credentials of this service')
      return undefined
    }
    const connection = verifierConnection({
      id: randomId(deps.random),
      audience,
      socket,
      tail: deps.tail,
      partitions: deps.partitions,
      leaseMs: deps.leaseMs,
    })
    connection.send({ t: 'keys', keys: deps.keysFor(service) })
    return { connection, clientId, connectedAt: nowSeconds(deps.clock) }
  }

  return {
    accept: (socket, clientId) => {
      const frames = frameCounter(deps.clock)
      let member: Member | undefined
      let joining = false
      let gone = false

      async function hello(message: Extract<VerifierMessage, { t: 'hello' }>): Promise<void> {
        if (joining) return socket.close(1008, 'hello was said before')
        joining = true
        await readUpTo(message.positions, deps)
        const joined = await join(socket, clientId, message.service)
        if (!joined || gone) return
        member = joined
        members.add(joined)
        joined.connection.place(message.positions)
        deps.log.info(
          { verifier: joined.connection.id, audience: message.service, client: clientId },
          'verifier joined',
        )
      }

      return {
        frame: async (text) => {
          if (frames.next() > MOST_FRAMES_PER_SECOND) return socket.close(1008, 'too many frames')
          const message = parseVerifierMessage(text)
          if (!message) return socket.close(1008, 'not a message of latchkey.feed.v1')
          if (message.t === 'hello') return await hello(message)
          if (!member) return socket.close(1008, 'hello comes first')
          await answer(message, member.connection, socket, deps)
        },
        closed: () => {
          gone = true
          if (!member) return
          members.delete(member)
          deps.log.info(
            { verifier: member.connection.id, audience: member.connection.audience },
            'verifier left',
          )
        },
      }
    },
    verifiers: () => [...members].map((member) => statusOf(member, deps.partitions)),
    close: () => {
      for (const { connection } of members) connection.bye('issuer stops', true)
    },
  }
}

async function answer(
  message: Exclude<VerifierMessage, { t: 'hello' }>,
  connection: VerifierConnection,
  socket: FeedSocket,
  deps: FeedHubDeps,
): Promise<void> {
  switch (message.t) {
    case 'ack':
      if (!connection.ack(message.p, message.epoch, message.offset)) {
        socket.close(1008, 'acknowledged what was not sent')
      }
      return
    case 'lease?':
      if (!isRecent(deps)) await deps.lease.beat()
      connection.lease(message.id, deps.lease.confirmed(), deps.clock.monotonicMs())
      return
    case 'resync':
      await readUpTo(message.positions, deps)
      connection.place(message.positions)
      return
    case 'routes': {
      const published = await deps.services.publishRoutes(connection.audience, message.routes)
      connection.send({ t: 'catalogue', hash: published.hash, routes: message.routes.length })
      return
    }
  }
}

/** Otherwise a beat is late (the process was suspended, the store was away): better one now than a lease that ends early. */
function isRecent(deps: FeedHubDeps): boolean {
  const confirmed = deps.lease.confirmed()
  return !!confirmed && deps.clock.monotonicMs() - confirmed.begunAtMs < deps.leaseMs / 2
}

/** A verifier that comes from another issuer process may be ahead of this one: read first, then place it. */
async function readUpTo(positions: readonly FeedPosition[], deps: FeedHubDeps): Promise<void> {
  for (const { p, epoch, offset } of positions) {
    if (p >= deps.partitions) continue
    // A store that is away means no leases either; the verifier is placed by what is known.
    await deps.tail.reach(p, epoch, offset).catch(() => false)
  }
}

/** Somebody with valid credentials asked for another service's key: worth an audit record (standards: key fetch). */
async function refuseAudience(
  clientId: string,
  audience: string,
  deps: FeedHubDeps,
): Promise<void> {
  deps.log.warn({ client: clientId, audience }, 'feed refused: not the credentials of this service')
  await deps.audit.append({
    at: nowSeconds(deps.clock),
    actor: { sub: `svc:${clientId}`, clientId },
    action: 'feed.refused',
    target: `service ${audience}`,
    reason: 'not_its_client',
    detail: {},
  })
}

function frameCounter(clock: Clock): { next(): number } {
  let second = -1
  let count = 0
  return {
    next: () => {
      const now = Math.floor(clock.monotonicMs() / 1000)
      if (now !== second) {
        second = now
        count = 0
      }
      count += 1
      return count
    },
  }
}

function statusOf(member: Member, partitions: number): VerifierStatus {
  const acked = []
  for (let partition = 0; partition < partitions; partition++) {
    const position = member.connection.acked(partition)
    if (position) acked.push({ partition, ...position })
  }
  return {
    id: member.connection.id,
    audience: member.connection.audience,
    clientId: member.clientId,
    connectedAt: member.connectedAt,
    acked,
  }
}
