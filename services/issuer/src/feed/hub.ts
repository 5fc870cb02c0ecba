/** All verifiers of this process: docs/architecture.md. Reads the log once and writes to each of them. */
import type { LogEntry, Scheduler } from '@latchkey/protocol'
import type { FeedSocket } from './connection.ts'
import { frameShelf } from './frame-shelf.ts'
import type { LogTail } from './log-tail.ts'
import type { Member, MemberListener } from './member.ts'
import { type FeedOpener, type Peer, type PeerDeps, type PeerIdentity, peer } from './peer.ts'
import { type RefusedQuestions, refusedQuestions } from './refused-questions.ts'
import { verifierNames } from './verifier-names.ts'

export interface FeedHub {
  /** Takes over an authenticated socket of a client. Its frames and its end are told to what this returns. */
  accept(
    socket: FeedSocket,
    opener: FeedOpener,
  ): Pick<Peer, 'frame' | 'answered' | 'heard' | 'closed'>
  /** Who is on the feed of this process now. */
  members(): readonly Member[]
  /** Who is on a line of this process, also before its hello. */
  identities(): readonly PeerIdentity[]
  /** Those have to show their credentials again, if they still have any. */
  askAgain(isConcerned: (who: PeerIdentity) => boolean): void
  /** Tells what happens to members from now on. Returns the function that stops it. */
  listen(listener: MemberListener): () => void
  verifiers(): readonly VerifierStatus[]
  /** Asks all members what they remember of a refused request. */
  askRefused: RefusedQuestions['ask']
  /** Looks for dead connections from now on. */
  start(): void
  /** Cuts off who has been silent for two leases. */
  dropSilent(): void
  /** Says goodbye to every verifier: they reconnect elsewhere. */
  close(): void
}

export interface VerifierStatus {
  readonly id: string
  readonly instance: string
  readonly audience: string
  readonly clientId: string
  readonly connectedAt: number
  readonly acked: readonly { partition: number; epoch: number; offset: number }[]
}

export interface FeedHubDeps
  extends Omit<PeerDeps, 'changed' | 'grown' | 'refused' | 'shelf' | 'names'> {
  readonly tail: LogTail
  readonly scheduler: Scheduler
}

export function feedHub(deps: FeedHubDeps): FeedHub {
  const peers = new Set<Peer>()
  const shelf = frameShelf()
  const names = verifierNames(deps.clock)
  const listeners = new Set<MemberListener>()
  const othersOf = (member: Member) =>
    [...peers].filter(
      (one) => one.member && one.member !== member && isSameVerifier(one.member, member),
    )
  const changed: MemberListener = (member, change) => {
    // It has come back before its old line was seen to be gone: it has not left, and the old line is of no more use.
    if (change === 'left' && othersOf(member).length > 0) return
    if (change === 'joined') for (const one of othersOf(member)) one.cutOff()
    for (const listener of listeners) listener(member, change)
  }
  const members = () => [...peers].flatMap(({ member }) => member ?? [])
  const grown: PeerDeps['grown'] = (audience, heads) => {
    for (const member of members()) {
      if (member.connection.audience === audience) member.tellGrowth(heads)
    }
  }
  const { ask: askRefused, answered: refused } = refusedQuestions(members, deps.scheduler)
  let cancelLook = () => {}
  let lookedAtMs = deps.clock.monotonicMs()

  followLog(deps.tail, peers)

  function dropSilent(): void {
    const nowMs = deps.clock.monotonicMs()
    const sinceMs = nowMs - lookedAtMs
    lookedAtMs = nowMs
    // A process that slept has not read what may have arrived in the meantime: it looks again next time.
    if (sinceMs > 2 * deps.leaseMs) return
    for (const one of peers) {
      if (nowMs - one.heardAtMs() > 2 * deps.leaseMs) one.cutOff()
    }
  }

  function lookAround(): void {
    cancelLook = deps.scheduler.after(deps.leaseMs, () => {
      lookAround()
      dropSilent()
      shelf.age()
    })
  }

  return {
    accept: (socket, opener) => {
      const one = peer(socket, opener, { ...deps, changed, grown, refused, shelf, names })
      peers.add(one)
      return {
        frame: one.frame,
        answered: one.answered,
        heard: one.heard,
        closed: () => {
          peers.delete(one)
          one.closed()
        },
      }
    },
    members,
    identities: () => [...peers].flatMap(({ identity }) => identity ?? []),
    askAgain: (isConcerned) => {
      for (const one of peers) if (one.identity && isConcerned(one.identity)) one.leave(AGAIN)
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    verifiers: () => members().map((member) => statusOf(member, deps.partitions)),
    askRefused,
    start: lookAround,
    dropSilent,
    close: () => {
      cancelLook()
      for (const one of peers) one.leave('issuer stops')
    },
  }
}

const AGAIN = 'show your credentials again'

/** Writes to each of them what the log brings. */
function followLog(tail: LogTail, peers: ReadonlySet<Peer>): void {
  tail.listen({
    appended: (epoch, entries) => {
      for (const one of peers) one.member?.connection.append(epoch, entries)
      askConcerned(entries, peers)
    },
    reset: (partition) => {
      for (const one of peers) one.member?.connection.snapshot(partition)
      askConcerned(tail.living(partition), peers)
    },
  })
}

/**
 * When its client or its service was ended, a verifier has to show its credentials again, also one that has not said hello yet. It
 * hears of the end first; whoever is still welcome is back within milliseconds, with the keys of now, and the lease goes on meanwhile.
 */
function askConcerned(entries: readonly LogEntry[], peers: ReadonlySet<Peer>): void {
  // Most ends are of people, and nobody has to be looked at.
  const openers = entries.filter(({ k }) => k === 'client' || k === 'service')
  if (openers.length === 0) return
  for (const one of peers) {
    const { identity } = one
    if (identity && openers.some((entry) => isAbout(entry, identity))) one.leave(AGAIN)
  }
}

/** A name alone is nobody's: another client may have taken it. */
function isSameVerifier(a: Member, b: Member): boolean {
  const isSameClient = a.clientId === b.clientId
  return (
    isSameClient && a.instance === b.instance && a.connection.audience === b.connection.audience
  )
}

function isAbout({ k, v }: LogEntry, { clientId, audience }: PeerIdentity): boolean {
  if (k === 'client') return v === clientId
  return k === 'service' && v === audience
}

function statusOf(member: Member, partitions: number): VerifierStatus {
  const acked = []
  for (let partition = 0; partition < partitions; partition++) {
    const position = member.connection.acked(partition)
    if (position) acked.push({ partition, ...position })
  }
  return {
    id: member.connection.id,
    instance: member.instance,
    audience: member.connection.audience,
    clientId: member.clientId,
    connectedAt: member.connectedAt,
    acked,
  }
}
