/** What a verifier does with the frames of one connection: protocol/src/feed-messages.ts. */
import type {
  CatalogueMessage,
  FeedKey,
  HelloMessage,
  IssuerMessage,
  LogEntry,
  VerifierMessage,
  WrappedFeedKey,
} from '@latchkey/protocol'
import type { ApplyOutcome } from './apply-entries.ts'
import type { CatalogueTalk } from './catalogue-talk.ts'
import type { FeedCodec } from './codec.ts'
import type { FeedLog, FindRefused, Numbering } from './feed.ts'
import type { LeaseRounds } from './lease-rounds.ts'
import { parseIssuerFrame } from './parse-issuer-frame.ts'
import type { RevocationReplica } from './replica.ts'

/** How a connection ended: `refused` when only a change of settings would help. */
export interface Ending {
  readonly kind: 'lost' | 'refused'
  readonly reason: string
}

/** What a feed tells its verifier, after it has been applied. */
export interface News {
  keys(keys: readonly FeedKey[]): void
  applied(entries: readonly LogEntry[]): void
  replaced(): void
  leased(): void
  catalogue(numbering: Numbering): void
}

export interface ConversationDeps {
  readonly service: string
  readonly codec: Pick<FeedCodec, 'decode'>
  readonly replica: RevocationReplica
  /** This verifier's greeting, from where it is now. */
  hello(): HelloMessage
  readonly leases: Pick<LeaseRounds, 'begin' | 'answered' | 'resync' | 'distrust'>
  readonly news: Pick<News, 'keys' | 'applied' | 'replaced' | 'catalogue'>
  readonly log: FeedLog
  readonly catalogue: Pick<CatalogueTalk, 'version' | 'question' | 'answered'>
  readonly findRefused: FindRefused
  send(message: VerifierMessage): void
  /** The 32 key bytes as base64url; undefined when they were not wrapped for this session. */
  unwrapKey(kid: string, jwe: string): string | undefined
  /** This connection is of no more use. */
  leave(ending: Ending): void
}

export interface Conversation {
  /** The issuer has accepted the credentials and sent the keys. */
  readonly joined: boolean
  begin(): void
  frame(frame: string | Uint8Array): void
  askCatalogue(again: boolean): void
}

/** Bad frames of these types are made good by a resync. What was in a lost `keys` frame only a `hello` brings back. */
const RESYNCABLE: ReadonlySet<string | undefined> = new Set(['entries', 'snapshot', 'lease'])

export function conversation(deps: ConversationDeps): Conversation {
  const { replica, leases, news, log } = deps
  let joined = false

  function askCatalogue(again: boolean): void {
    const question = joined ? deps.catalogue.question(again) : undefined
    if (question) deps.send(question)
  }

  function catalogueTold(message: CatalogueMessage): void {
    const numbering = deps.catalogue.answered(message)
    if (numbering === undefined) return
    const [length, hash] = numbering.heads.at(-1) ?? [0, '']
    log.info({ hash, length, routes: numbering.numbers.length }, 'route catalogue accepted')
    news.catalogue(numbering)
  }

  function join(wrapped: readonly WrappedFeedKey[]): void {
    const keys = wrapped.flatMap((key) => unwrapped(key, deps) ?? [])
    if (keys.length < wrapped.length) {
      badFrame('key_unreadable', 'keys')
      return
    }
    news.keys(keys)
    deps.send({ t: 'held', kids: keys.map(({ kid }) => kid) })
    if (joined) return
    joined = true
    log.info({ service: deps.service, keys: keys.length }, 'feed joined')
    askCatalogue(false)
    leases.begin()
  }

  function handle(message: IssuerMessage): void {
    switch (message.t) {
      case 'keys':
        join(message.keys)
        break
      case 'snapshot':
        applied(deps, message.position.p, replica.applySnapshot(message))
        break
      case 'entries':
        applied(deps, message.entries[0]?.p, replica.applyEntries(message))
        break
      case 'lease':
        leases.answered(message)
        break
      case 'catalogue':
        catalogueTold(message)
        break
      case 'refused?':
        deps.send({ t: 'refused', id: message.id, refused: deps.findRefused(message.request) })
        break
      case 'bye':
        deps.leave({
          kind: message.retry ? 'lost' : 'refused',
          reason: `the issuer said goodbye: ${message.reason}`,
        })
        break
    }
  }

  function badFrame(fault: string, type?: string): void {
    log.warn({ fault, type }, 'unreadable frame on the feed')
    if (RESYNCABLE.has(type)) leases.resync('bad_frame')
    else deps.leave({ kind: 'lost', reason: `unreadable frame (${fault})` })
  }

  return {
    get joined() {
      return joined
    },
    begin: () => {
      deps.send(deps.hello())
    },
    frame: (frame) => {
      const outcome = parseIssuerFrame(deps.codec.decode(frame))
      if (outcome.kind === 'message') handle(outcome.message)
      else if (outcome.kind === 'bad') badFrame(outcome.fault, outcome.type)
    },
    askCatalogue,
  }
}

function unwrapped(
  { jwe, ...key }: WrappedFeedKey,
  { unwrapKey }: Pick<ConversationDeps, 'unwrapKey'>,
): FeedKey | undefined {
  if (jwe === undefined) return key
  const k = unwrapKey(key.kid, jwe)
  return k === undefined ? undefined : { ...key, k }
}

function applied(deps: ConversationDeps, p: number | undefined, outcome: ApplyOutcome): void {
  if (outcome.kind === 'resync') deps.leases.resync(outcome.reason)
  if (outcome.kind !== 'applied' && outcome.kind !== 'replaced') return
  const position = deps.replica.positions().find((one) => one.p === p)
  if (position) {
    deps.send({ t: 'ack', p: position.p, epoch: position.epoch, offset: position.offset })
  }
  if (outcome.kind === 'applied') {
    deps.news.applied(outcome.entries)
    return
  }
  // A lease that was granted on the same log is still true.
  if (!outcome.goesOn) deps.leases.distrust()
  deps.news.replaced()
}
