/** Frames from the issuer, read strictly at the edge: see protocol/src/feed-messages.ts for what they mean. */
import {
  type ByeMessage,
  type CatalogueHeadTuple,
  type CatalogueMessage,
  END_REASONS,
  type EndReason,
  type EntriesMessage,
  type EntryKind,
  type FeedPosition,
  type IssuerMessage,
  type LeaseMessage,
  LIMITS,
  type LogEntry,
  type RefusedQuestionMessage,
  type SnapshotMessage,
} from '@latchkey/protocol'
import { parseKeys } from './parse-keys.ts'
import { NAMED_KINDS } from './partition.ts'
import type { ReadOutcome } from './read-outcome.ts'
import { asCount, asFlag, asList, asMatch, asObject, asText, type JsonObject } from './shape.ts'

export type FrameOutcome =
  | { readonly kind: 'message'; readonly message: IssuerMessage }
  /** A type that a newer issuer knows: skipped. */
  | { readonly kind: 'unknown'; readonly type: string }
  /** Unreadable. `type` as far as it could be told. */
  | { readonly kind: 'bad'; readonly fault: string; readonly type: string | undefined }

/** Ids name their partition with up to four digits, one frame must hold the positions of all. */
const MOST_PARTITIONS = 1024
/** The frame limit bounds entries long before: the shortest one takes 40 bytes. */
const MOST_ENTRIES = LIMITS.feedFrameBytes / 32

/** An audience may be a URI. */
const MOST_VALUE_CHARS = LIMITS.uriChars
const MOST_REASON_CHARS = 256
const MOST_TYPE_CHARS = 32
const DIGEST = /^[0-9a-f]{0,64}$/
/** 12 bytes as base64url. */
const CATALOGUE_HASH = /^[A-Za-z0-9_-]{16}$/

const READERS: Readonly<
  Record<IssuerMessage['t'], (from: JsonObject) => IssuerMessage | undefined>
> = {
  keys: parseKeys,
  snapshot: parseSnapshot,
  entries: parseEntries,
  lease: parseLease,
  catalogue: parseCatalogue,
  bye: parseBye,
  'refused?': parseRefusedQuestion,
}

const ENTRY_KINDS: ReadonlySet<string> = new Set<EntryKind>([...NAMED_KINDS, 'key', 'all', 'none'])

export function parseIssuerFrame(read: ReadOutcome): FrameOutcome {
  if (read.kind === 'bad') return { kind: 'bad', fault: read.fault, type: undefined }
  const from = asObject(read.value)
  const type = asText(from?.['t'], MOST_TYPE_CHARS)
  if (!from || type === undefined) return { kind: 'bad', fault: 'no_type', type: undefined }
  if (!Object.hasOwn(READERS, type)) return { kind: 'unknown', type }
  const message = READERS[type as IssuerMessage['t']](from)
  return message ? { kind: 'message', message } : { kind: 'bad', fault: 'shape', type }
}

function parseSnapshot(from: JsonObject): SnapshotMessage | undefined {
  const position = parsePosition(from['position'])
  const entries = asList(from['entries'], MOST_ENTRIES, parseEntry)
  const first = asFlag(from['first'])
  const more = asFlag(from['more'])
  if (!position || !entries || first === undefined || more === undefined) return undefined
  const fits = entries.every(({ p, o }) => p === position.p && o <= position.offset)
  return fits ? { t: 'snapshot', position, entries, first, more } : undefined
}

function parseEntries(from: JsonObject): EntriesMessage | undefined {
  const epoch = asCount(from['epoch'])
  const entries = asList(from['entries'], MOST_ENTRIES, parseEntry)
  if (epoch === undefined || !entries) return undefined
  const onePartition = entries.every(({ p }) => p === entries[0]?.p)
  return onePartition ? { t: 'entries', epoch, entries } : undefined
}

function parseEntry(value: unknown): LogEntry | undefined {
  const from = asObject(value)
  const p = asPartition(from?.['p'])
  const o = asCount(from?.['o'])
  const k = from?.['k']
  const v = asText(from?.['v'], MOST_VALUE_CHARS)
  const x = asCount(from?.['x'])
  const d = asMatch(from?.['d'], DIGEST)
  if (p === undefined || !o || x === undefined || v === undefined || d === undefined)
    return undefined
  if (typeof k !== 'string' || !ENTRY_KINDS.has(k)) return undefined
  // An entry that names nothing would end nothing, and one that names too much may have been meant otherwise.
  const namesSomething = k !== 'all' && k !== 'none'
  if (namesSomething !== (v !== '')) return undefined
  const entry = { p, o, k: k as EntryKind, v, x, d }
  const r = asReason(from?.['r'])
  return r ? { ...entry, r } : entry
}

/** It decides nothing: a reason that only a newer issuer knows is left out. */
function asReason(value: unknown): EndReason | undefined {
  return END_REASONS.find((reason) => reason === value)
}

function parsePosition(value: unknown): FeedPosition | undefined {
  const from = asObject(value)
  const p = asPartition(from?.['p'])
  const epoch = asCount(from?.['epoch'])
  const offset = asCount(from?.['offset'])
  const digest = asMatch(from?.['digest'], DIGEST)
  if (p === undefined || epoch === undefined || offset === undefined) return undefined
  return digest === undefined ? undefined : { p, epoch, offset, digest }
}

function parseLease(from: JsonObject): LeaseMessage | undefined {
  const id = asCount(from['id'])
  const given = from['positions']
  const positions =
    given === undefined ? 'as before' : asList(given, MOST_PARTITIONS, parsePosition)
  const { ageMs, ttlMs } = from
  if (id === undefined || !positions || positions.length === 0) return undefined
  // A negative age would stretch the lease.
  if (typeof ageMs !== 'number' || ageMs < 0) return undefined
  if (typeof ttlMs !== 'number' || ttlMs <= 0 || ttlMs > LIMITS.leaseMaxMs) return undefined
  return { t: 'lease', id, ...(positions !== 'as before' && { positions }), ageMs, ttlMs }
}

function parseCatalogue(from: JsonObject): CatalogueMessage | undefined {
  const id = asCount(from['id'])
  const version = asMatch(from['version'], CATALOGUE_HASH)
  const numbers = asList(from['numbers'], LIMITS.catalogueRoutes, asCount)
  const heads = asList(from['heads'], LIMITS.catalogueHeads, parseHead)
  const old = from['old'] === undefined ? undefined : from['old'] === true
  if (id === undefined || version === undefined || !numbers || !heads || old === false)
    return undefined
  return { t: 'catalogue', id, version, numbers, heads, ...(old && { old }) }
}

function parseHead(value: unknown): CatalogueHeadTuple | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const length = asCount(value[0])
  const hash = asMatch(value[1], CATALOGUE_HASH)
  return !length || hash === undefined ? undefined : [length, hash]
}

function parseBye(from: JsonObject): ByeMessage | undefined {
  const reason = asText(from['reason'], MOST_REASON_CHARS)
  const retry = asFlag(from['retry'])
  return reason === undefined || retry === undefined ? undefined : { t: 'bye', reason, retry }
}

function parseRefusedQuestion(from: JsonObject): RefusedQuestionMessage | undefined {
  const id = asCount(from['id'])
  const request = asText(from['request'], LIMITS.requestIdChars)
  return id === undefined || request === undefined ? undefined : { t: 'refused?', id, request }
}

function asPartition(value: unknown): number | undefined {
  const p = asCount(value)
  return p !== undefined && p < MOST_PARTITIONS ? p : undefined
}
