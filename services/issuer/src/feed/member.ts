/** A verifier on the feed of this process, from its hello until its goodbye. */
import type { CatalogueHead, PublishedCatalogue } from '@latchkey/directory'
import type { FeedKey } from '@latchkey/protocol'
import type { VerifierConnection } from './connection.ts'

/** What a verifier is told of a catalogue. */
export type Told = Omit<PublishedCatalogue, 'added'> & { readonly old?: true }

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
  /** The list of routes that it has published last, as far as it has said so. */
  readonly version: string | undefined
  /** Answers what it has published with question `id`. */
  tellCatalogue(id: number, published: Told): void
  /** The catalogue has grown since: says so, if what it knows is a beginning of what is there now. */
  tellGrowth(heads: readonly CatalogueHead[]): void
  /** Replaces its keys, unless it has these already. It answers with those that it holds then. */
  giveKeys(keys: readonly FeedKey[]): void
  /** It has said so. */
  holds(kids: readonly string[]): void
}

/** What happened to a verifier: it joined, moved its position, said which keys it holds, published routes, or its socket is gone. */
export type MemberChange = 'joined' | 'acked' | 'held' | 'published' | 'left'

export type MemberListener = (member: Member, change: MemberChange) => void

export function feedMember(
  facts: Pick<Member, 'connection' | 'clientId' | 'instance' | 'connectedAt' | 'version'>,
): Member {
  let given: ReadonlySet<string> = new Set()
  let sent = ''
  let held: ReadonlySet<string> = new Set()
  let { version } = facts
  let told: { readonly id: number; readonly published: Told } | undefined

  function tellCatalogue(id: number, published: Told): void {
    told = { id, published }
    version = published.version
    const { numbers, heads, old } = published
    const tuples = heads.map(({ length, hash }) => [length, hash] as const)
    const message = { t: 'catalogue', id, version, numbers, heads: tuples } as const
    facts.connection.send({ ...message, ...(old && { old }) })
  }

  return {
    ...facts,
    get version() {
      return version
    },
    tellCatalogue,
    tellGrowth: (heads) => {
      if (told === undefined) return
      const { id, published } = told
      const known = published.heads.at(-1)?.hash
      if (known === heads.at(-1)?.hash) return
      // A catalogue that is no continuation has given its numbers anew: then the verifier asks when it meets the first token.
      if (heads.some(({ hash }) => hash === known)) tellCatalogue(id, { ...published, heads })
    },
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
