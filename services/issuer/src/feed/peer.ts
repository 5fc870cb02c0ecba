/** The issuer's side of one socket, from the upgrade to its end: frames taken in turn and within bounds. */
import type { Audit, CatalogueHead, Clients, Services, StoredService } from '@latchkey/directory'
import { FEED_CODECS } from '@latchkey/feed'
import {
  type Clock,
  type FeedKey,
  type FeedPosition,
  InputError,
  nowSeconds,
  type Random,
  randomId,
  type VerifierMessage,
} from '@latchkey/protocol'
import type { OneTimeStore } from '@latchkey/store'
import { type FeedSocket, verifierConnection } from './connection.ts'
import type { PublishRoutes } from './feed-directory.ts'
import { frameLimits } from './frame-limits.ts'
import type { FrameShelf } from './frame-shelf.ts'
import type { LeaseClock } from './lease-clock.ts'
import type { LogTail } from './log-tail.ts'
import { feedMember, type Member, type MemberListener } from './member.ts'
import type { RefusedQuestions } from './refused-questions.ts'
import { parseVerifierMessage } from './verifier-message.ts'
import type { VerifierNames } from './verifier-names.ts'

export interface Peer {
  /** The verifier, from its hello until its goodbye. */
  readonly member: Member | undefined
  /** Who it is, also before it is a member: its client, and its service as soon as it has named one. Undefined after its end. */
  readonly identity: PeerIdentity | undefined
  /** The next frame, as the verifier has sealed it. */
  frame(body: string | Uint8Array): void
  /** Resolves when every frame so far has been answered, or refused. */
  answered(): Promise<void>
  /** Something else arrived, a ping for example. */
  heard(): void
  /** Monotonic time of the last sign of life; of the upgrade as long as there was no hello. */
  heardAtMs(): number
  /** Says goodbye; the verifier may come back. */
  leave(reason: string): void
  cutOff(): void
  /** The socket is gone. */
  closed(): void
}

/** Whose credentials opened the line: see `openFeed`. */
export interface FeedOpener {
  readonly clientId: string
  readonly secretId: number
}

export interface PeerIdentity extends FeedOpener {
  readonly audience: string | undefined
}

export interface PeerDeps {
  readonly clients: Pick<Clients, 'find'>
  readonly services: Pick<Services, 'find'> & { readonly publishRoutes: PublishRoutes }
  readonly audit: Pick<Audit, 'append'>
  readonly oneTime: Pick<OneTimeStore, 'claim'>
  readonly keysFor: (service: StoredService) => readonly FeedKey[]
  readonly tail: Pick<LogTail, 'position' | 'living' | 'after' | 'reach'>
  readonly lease: Pick<LeaseClock, 'confirmed' | 'beat'>
  readonly shelf: FrameShelf
  readonly names: VerifierNames
  readonly partitions: number
  readonly leaseMs: number
  readonly clock: Clock
  readonly random: Random
  readonly changed: MemberListener
  /** A verifier has told what it remembers of a request. */
  readonly refused: RefusedQuestions['answered']
  /** The catalogue of this service has grown: its other verifiers should know. */
  readonly grown: (audience: string, heads: readonly CatalogueHead[]) => void
  readonly log: {
    info(facts: Record<string, unknown>, message: string): void
    warn(facts: Record<string, unknown>, message: string): void
  }
}

/** RFC 6455 section 7.4.1: trying again is pointless. */
const POLICY_VIOLATION = 1008
/** The registry of RFC 6455 section 11.7. */
const TRY_AGAIN_LATER = 1013
const TOO_MANY = 'too many verifiers of this client'

export function peer(socket: FeedSocket, { clientId, secretId }: FeedOpener, deps: PeerDeps): Peer {
  const limits = frameLimits(deps.clock)
  const codec = FEED_CODECS[socket.encoding]
  let heardAtMs = deps.clock.monotonicMs()
  let member: Member | undefined
  let audience: string | undefined
  let over = false
  /** One frame after the other: an answer may have to wait for the directory. */
  let queue = Promise.resolve()

  function end(code: number, reason: string): void {
    over = true
    socket.end(code, reason)
  }

  async function hello(message: Extract<VerifierMessage, { t: 'hello' }>): Promise<void> {
    if (audience !== undefined) return end(POLICY_VIOLATION, 'hello was said before')
    audience = message.service
    await readUpTo(message.positions, deps)
    const service = await openService(clientId, audience, deps)
    if (over) return
    if (!service) {
      end(POLICY_VIOLATION, 'not the credentials of this service')
      return await recordRefusal(clientId, message.service, deps)
    }
    if (!deps.names.admit(clientId, message.instance)) return end(TRY_AGAIN_LATER, TOO_MANY)
    // From here to the place in one go: an entry that arrived in between would be lost.
    member = join(socket, { ...message, clientId, service }, deps)
    const placed = member.connection.place(message.positions)
    deps.changed(member, 'joined')
    deps.log.info(describe(member), 'verifier joined')
    await placed
  }

  async function take(message: VerifierMessage): Promise<void> {
    if (over) return
    if (message.t === 'hello') return await hello(message)
    if (!member) return end(POLICY_VIOLATION, 'hello comes first')
    const fault = await answer(message, member, deps)
    if (fault !== undefined) end(POLICY_VIOLATION, fault)
  }

  return {
    get member() {
      return over ? undefined : member
    },
    get identity() {
      return over ? undefined : { clientId, secretId, audience }
    },
    heard: () => {
      if (audience !== undefined) heardAtMs = deps.clock.monotonicMs()
    },
    answered: () => queue,
    heardAtMs: () => heardAtMs,
    frame: (body) => {
      if (over) return
      heardAtMs = deps.clock.monotonicMs()
      const message = parseVerifierMessage(codec.decode(body))
      if (!message) return end(POLICY_VIOLATION, `not a message of ${codec.subprotocol}`)
      if (!limits.take(message.t, body.length)) return end(POLICY_VIOLATION, 'too many frames')
      queue = queue
        .then(() => take(message))
        .catch((error: unknown) => {
          deps.log.warn({ err: error, client: clientId }, 'feed frame failed')
          end(1011, 'try again')
        })
        .finally(() => limits.done(body.length))
    },
    leave: (reason) => {
      member?.connection.send({ t: 'bye', reason, retry: true })
      end(1012, reason)
    },
    cutOff: () => {
      over = true
      socket.terminate()
    },
    closed: () => {
      over = true
      if (!member) return
      deps.log.info(describe(member), 'verifier left')
      deps.changed(member, 'left')
      member = undefined
    },
  }
}

/**
 * Undefined when it is not, or no more, this client's to verify for. The proof was looked at before this line was known here: who was ended in
 * between must not wait it out.
 */
async function openService(
  clientId: string,
  audience: string,
  { clients, services }: PeerDeps,
): Promise<StoredService | undefined> {
  const client = await clients.find(clientId)
  const service = await services.find(audience)
  if (!client || client.disabled || !service || service.disabled) return undefined
  return service.clients.includes(clientId) ? service : undefined
}

function describe({ connection, instance, clientId }: Member) {
  return { verifier: connection.id, instance, audience: connection.audience, client: clientId }
}

interface Joining {
  readonly clientId: string
  readonly service: StoredService
  readonly instance: string
  readonly version?: string
}

function join(socket: FeedSocket, joining: Joining, deps: PeerDeps): Member {
  const { service, clientId, instance, version } = joining
  const { audience } = service
  const connection = verifierConnection({ ...deps, id: randomId(deps.random), audience, socket })
  const connectedAt = nowSeconds(deps.clock)
  const member = feedMember({ connection, clientId, instance, version, connectedAt })
  member.giveKeys(deps.keysFor(service))
  return member
}

/** Gives the reason when the verifier is at fault. */
async function answer(
  message: Exclude<VerifierMessage, { t: 'hello' }>,
  member: Member,
  deps: PeerDeps,
): Promise<string | undefined> {
  const { connection } = member
  switch (message.t) {
    case 'ack': {
      const isTrue = connection.ack(message.p, message.epoch, message.offset)
      if (isTrue) deps.changed(member, 'acked')
      return isTrue ? undefined : 'acknowledged what was not sent'
    }
    case 'held':
      member.holds(message.kids)
      deps.changed(member, 'held')
      return undefined
    case 'lease?':
      if (!isRecent(deps)) await deps.lease.beat()
      connection.lease(message.id, deps.lease.confirmed(), deps.clock.monotonicMs())
      return undefined
    case 'resync':
      await readUpTo(message.positions, deps)
      await connection.place(message.positions)
      return undefined
    case 'refused':
      deps.refused(member, message)
      return undefined
    case 'routes':
      return await publish(message, member, deps)
  }
}

async function publish(
  { id, routes, again }: Extract<VerifierMessage, { t: 'routes' }>,
  member: Member,
  deps: PeerDeps,
): Promise<string | undefined> {
  const { audience } = member.connection
  try {
    const published = await deps.services.publishRoutes(audience, routes, again)
    member.tellCatalogue(id, published)
    deps.changed(member, 'published')
    if (published.added > 0) deps.grown(audience, published.heads)
    return undefined
  } catch (error) {
    if (error instanceof InputError) return `routes refused: ${error.code}`
    throw error
  }
}

/** Otherwise a beat is late (the process was suspended, the store was away): better one now than a lease that ends early. */
function isRecent(deps: PeerDeps): boolean {
  const confirmed = deps.lease.confirmed()
  return !!confirmed && deps.clock.monotonicMs() - confirmed.begunAtMs < deps.leaseMs / 2
}

/** A verifier that comes from another issuer process may be ahead of this one: read first, then place it. */
async function readUpTo(positions: readonly FeedPosition[], deps: PeerDeps): Promise<void> {
  for (const { p, epoch, offset } of positions) {
    if (p >= deps.partitions) continue
    // A store that is away means no leases either; the verifier is placed by what is known.
    await deps.tail.reach(p, epoch, offset).catch(() => false)
  }
}

const RECORD_AGAIN_SECONDS = 3600

/** Somebody with valid credentials asked for another service's key: an audit record, one an hour however often it tries. */
async function recordRefusal(clientId: string, audience: string, deps: PeerDeps): Promise<void> {
  const now = nowSeconds(deps.clock)
  deps.log.warn({ client: clientId, audience }, 'feed refused: not the credentials of this service')
  const key = `${clientId} ${audience}`
  if (!(await deps.oneTime.claim('feed-refused', key, RECORD_AGAIN_SECONDS, now))) return
  await deps.audit.append({
    at: now,
    actor: { sub: `svc:${clientId}`, clientId },
    action: 'feed.refused',
    target: `service ${audience}`,
    reason: 'not_its_client',
    detail: {},
  })
}
