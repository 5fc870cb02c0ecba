import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { PresenceStore, VerifierPresence } from '@latchkey/store'
import type { FeedHub } from '../feed/hub.ts'
import type { Member } from '../feed/member.ts'

export interface KnownVerifiers {
  /** Those on the feed of this process, or these that were, as of now. */
  own(members?: readonly Member[]): VerifierPresence[]
  /** Those of all processes, and those that left within `keepSeconds`. Without the store only the own ones: not `complete`. */
  all(
    keepSeconds: number,
  ): Promise<{ readonly verifiers: VerifierPresence[]; readonly complete: boolean }>
}

export interface KnownVerifiersDeps {
  readonly hub: Pick<FeedHub, 'members'>
  readonly presence: Pick<PresenceStore, 'list'>
  /** The name of this process. */
  readonly process: string
  readonly partitions: number
  readonly leaseMs: number
  readonly clock: Clock
}

export function knownVerifiers(deps: KnownVerifiersDeps): KnownVerifiers {
  const own = (members = deps.hub.members()) => members.map((member) => presenceOf(member, deps))
  return {
    own,
    all: async (keepSeconds) => {
      const now = nowSeconds(deps.clock)
      const aliveSeconds = aliveSecondsOf(deps.leaseMs)
      try {
        const told = await deps.presence.list({ keepSeconds, aliveSeconds, now })
        return { verifiers: merged(own(), told, deps.process, now), complete: true }
      } catch {
        return { verifiers: own(), complete: false }
      }
    },
  }
}

/** A process says that it is alive every T/5: ten times in vain is no coincidence. Whole seconds hide up to one more. */
export function aliveSecondsOf(leaseMs: number): number {
  return Math.ceil((2 * leaseMs) / 1000) + 1
}

/** What this process sees of its own is newer than what it has reported. */
function merged(
  own: readonly VerifierPresence[],
  told: readonly VerifierPresence[],
  process: string,
  now: number,
): VerifierPresence[] {
  const here = new Set(own.map(identityOf))
  const others = told.filter((one) => !here.has(identityOf(one)))
  const left = (one: VerifierPresence) => (one.process === process ? { goneAt: now, ...one } : one)
  return [...own, ...others.map(left)]
}

/** Whoever names itself like another service's verifier is somebody else. */
export function identityOf({
  instance,
  clientId,
  audience,
}: Pick<VerifierPresence, 'instance' | 'clientId' | 'audience'>): string {
  return JSON.stringify([instance, clientId, audience])
}

export function identityOfMember({ instance, clientId, connection }: Member): string {
  return identityOf({ instance, clientId, audience: connection.audience })
}

export function presenceOf(
  member: Member,
  { process, partitions }: Pick<KnownVerifiersDeps, 'process' | 'partitions'>,
): VerifierPresence {
  const { connection, instance, clientId, connectedAt } = member
  const applied: VerifierPresence['applied'][number][] = []
  for (let partition = 0; partition < partitions; partition++) {
    const position = connection.acked(partition)
    if (position) applied.push({ partition, ...position })
  }
  return {
    instance,
    audience: connection.audience,
    clientId,
    process,
    connectedAt,
    applied,
    kids: [...member.heldKids].sort(),
    ...(member.version !== undefined && { version: member.version }),
  }
}
