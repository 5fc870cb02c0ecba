/** A verifier on the feed of this process, from its hello until its goodbye. */
import type { FeedKey } from '@latchkey/protocol'
import type { VerifierConnection } from './connection.ts'

export interface Member {
  readonly connection: VerifierConnection
  readonly clientId: string
  /** The verifier's own name, the same over all its connections. */
  readonly instance: string
  /** Wall-clock second of its hello. */
  readonly connectedAt: number
  /** Of the keys that it was last given. */
  readonly kids: ReadonlySet<string>
  /** Of the keys that it has said to hold: never others than it was given. */
  readonly heldKids: ReadonlySet<string>
  /** Replaces its keys, unless it has these already. It answers with those that it holds then. */
  giveKeys(keys: readonly FeedKey[]): void
  /** It has said so. */
  holds(kids: readonly string[]): void
}

/** What happened to a verifier: it joined, moved its position, said which keys it holds, or its socket is gone. */
export type MemberChange = 'joined' | 'acked' | 'held' | 'left'

export type MemberListener = (member: Member, change: MemberChange) => void

export function feedMember(
  facts: Pick<Member, 'connection' | 'clientId' | 'instance' | 'connectedAt'>,
): Member {
  let given: ReadonlySet<string> = new Set()
  let sent = ''
  let held: ReadonlySet<string> = new Set()
  return {
    ...facts,
    get kids() {
      return given
    },
    get heldKids() {
      return held
    },
    giveKeys: (keys) => {
      const text = JSON.stringify(keys)
      if (text === sent) return
      sent = text
      given = new Set(keys.map(({ kid }) => kid))
      facts.connection.giveKeys(keys)
    },
    holds: (kids) => {
      held = new Set(kids.filter((kid) => given.has(kid)))
    },
  }
}
