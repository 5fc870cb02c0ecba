import { type Clock, nowSeconds } from '@latchkey/protocol'
import type { VerifierPresence } from '@latchkey/store'
import type { Member, MemberChange } from '../feed/member.ts'
import { identityOfMember, presenceOf } from './known-verifiers.ts'

/** What has changed among the verifiers of this process since it was reported. */
export interface Unreported {
  /** False when there is nothing new in it: an old socket of a verifier that is here by another one has closed. */
  note(member: Member, change: MemberChange): boolean
  /** What has changed, each verifier as it is now, and besides every n-th part of those that are here. */
  take(part?: { readonly number: number; readonly of: number }): Report
  /** All are gone. */
  leave(): void
}

export interface Report {
  readonly verifiers: readonly VerifierPresence[]
  /** They were reported; or were not, and are changed as before. */
  settle(isReported: boolean): void
}

export interface UnreportedDeps {
  readonly process: string
  readonly partitions: number
  readonly clock: Clock
}

interface Line {
  readonly member: Member
  readonly presence: VerifierPresence
  readonly text: string
}

/** Each of a thousand verifiers acknowledges each entry: what one of them is now is put together once, when it is reported. */
export function unreported(deps: UnreportedDeps): Unreported {
  /** Whose socket is open, by identity. A verifier that comes back may be here before its old socket has closed. */
  const here = new Map<string, Member>()
  const changed = new Map<string, Member>()
  /** What was reported last of those that are here: an ack that moves nothing is not worth a write. */
  const reported = new Map<string, string>()

  function lineOf(identity: string, last: Member): Line {
    const member = here.get(identity) ?? last
    const goneAt = !here.has(identity) && { goneAt: nowSeconds(deps.clock) }
    const presence = { ...presenceOf(member, deps), ...goneAt }
    return { member, presence, text: JSON.stringify(presence) }
  }

  function settle(lines: ReadonlyMap<string, Line>, isReported: boolean): void {
    for (const [identity, { member, presence, text }] of lines) {
      if (!isReported) changed.set(identity, changed.get(identity) ?? member)
      else if (presence.goneAt === undefined) reported.set(identity, text)
      else reported.delete(identity)
    }
  }

  return {
    note: (member, change) => {
      const identity = identityOfMember(member)
      if (change !== 'left') here.set(identity, member)
      else if (here.get(identity) === member) here.delete(identity)
      else return false
      changed.set(identity, member)
      return true
    },
    take: (part) => {
      const lines = new Map<string, Line>()
      let index = 0
      for (const [identity, member] of part ? here : []) {
        if (part && index % part.of === part.number % part.of) {
          lines.set(identity, lineOf(identity, member))
        }
        index += 1
      }
      for (const [identity, member] of changed) {
        const line = lineOf(identity, member)
        if (reported.get(identity) !== line.text) lines.set(identity, line)
      }
      changed.clear()
      return {
        verifiers: [...lines.values()].map(({ presence }) => presence),
        settle: (isReported) => settle(lines, isReported),
      }
    },
    leave: () => {
      for (const [identity, member] of here) changed.set(identity, member)
      here.clear()
    },
  }
}
