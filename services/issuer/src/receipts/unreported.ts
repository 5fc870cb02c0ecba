import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { VerifierPresence } from '@latchkey/store'
import type { Member, MemberChange } from '../feed/member.ts'
import { identityOf, presenceOf } from './known-verifiers.ts'

/** What has changed among the verifiers of this process since it was reported. */
export interface Unreported {
  /** False when there is nothing new in it: an old socket of a verifier that is here by another one has closed. */
  note(member: Member, change: MemberChange): boolean
  /** What has changed, each verifier as it is now, and besides every n-th part of those that are here. */
  take(part?: { readonly number: number; readonly of: number }): VerifierPresence[]
  /** They were reported; or were not, and are changed as before. */
  settle(taken: readonly VerifierPresence[], isReported: boolean): void
  /** All are gone. */
  leave(): void
}

export interface UnreportedDeps {
  readonly process: string
  readonly partitions: number
  readonly clock: Clock
}

export function unreported(deps: UnreportedDeps): Unreported {
  /** Whose socket is open, by identity. A verifier that comes back may be here before its old socket has closed. */
  const here = new Map<string, Member>()
  const changed = new Map<string, VerifierPresence>()
  /** What was reported last of those that are here: an ack that moves nothing is not worth a write. */
  const reported = new Map<string, string>()

  function describe([identity, last]: [string, VerifierPresence]): VerifierPresence {
    const member = here.get(identity)
    return member ? presenceOf(member, deps) : { ...last, goneAt: nowSeconds(deps.clock) }
  }

  return {
    note: (member, change) => {
      const presence = presenceOf(member, deps)
      const identity = identityOf(presence)
      if (change !== 'left') here.set(identity, member)
      else if (here.get(identity) === member) here.delete(identity)
      else return false
      changed.set(identity, presence)
      return true
    },
    take: (part) => {
      const news = [...changed]
        .map(describe)
        .filter((one) => reported.get(identityOf(one)) !== JSON.stringify(one))
      changed.clear()
      const repeated = [...here.values()]
        .filter((_, index) => part && index % part.of === part.number % part.of)
        .map((member) => presenceOf(member, deps))
      const taken = [...repeated, ...news].map((one) => [identityOf(one), one] as const)
      return [...new Map(taken).values()]
    },
    settle: (taken, isReported) => {
      for (const one of taken) {
        const identity = identityOf(one)
        if (!isReported) changed.set(identity, changed.get(identity) ?? one)
        else if (one.goneAt === undefined) reported.set(identity, JSON.stringify(one))
        else reported.delete(identity)
      }
    },
    leave: () => {
      for (const [identity, member] of here) changed.set(identity, presenceOf(member, deps))
      here.clear()
    },
  }
}
