/** Ends as the audit record keeps them, so that a log that was lost can be put right: docs/architecture.md. */
import type { AuditRecord } from '@latchkey/directory'
import { END_REASONS, type EndReason, type EndTarget } from '@latchkey/protocol'
import type { EndOutcome } from '@latchkey/store'

export interface AuditedEnd {
  readonly target: EndTarget
  readonly reason: EndReason
  /** Of the first place; absent when the store did not confirm that it was done. */
  readonly epoch?: number
  readonly places: readonly AuditedPlace[]
}

/** Where an entry stands. The digest tells it from another one that took its place. */
export interface AuditedPlace {
  readonly partition: number
  readonly offset: number
  readonly digest: string
}

/** A record has room for so many; who looks whether the end is there needs no more. */
const MOST_PLACES = 40

/** The detail of the audit record of an end. Without an outcome: the store has not confirmed it, and may have done it. */
export function endDetail(
  target: EndTarget,
  outcome: EndOutcome | undefined,
): Readonly<Record<string, unknown>> {
  if (!outcome) return { target: { ...target }, confirmed: false }
  const positions = outcome.entries
    .slice(0, MOST_PLACES)
    .map(({ p, o, d }) => ({ partition: p, offset: o, digest: d }))
  return { target: { ...target }, epoch: outcome.epoch, positions }
}

/** Undefined for a record that is no end, or from which it cannot be told any more what was ended. */
export function readAuditedEnd(
  record: Pick<AuditRecord, 'reason' | 'detail'>,
): AuditedEnd | undefined {
  const target = readTarget(record.detail['target'])
  const reason = END_REASONS.find((known) => known === record.reason)
  if (!target || !reason) return undefined
  const { epoch, positions } = record.detail
  const places = (Array.isArray(positions) ? positions : []).filter(isPlace)
  return { target, reason, places, ...(typeof epoch === 'number' && { epoch }) }
}

/** The members that name a target, all of them texts. */
const NAMES: Readonly<Record<EndTarget['kind'], readonly string[]>> = {
  token: ['jti', 'sub'],
  session: ['sid'],
  user: ['sub'],
  client: ['clientId'],
  service: ['audience'],
  key: ['kid'],
  stale: ['about'],
  all: [],
}

function readTarget(value: unknown): EndTarget | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const target = value as Readonly<Record<string, unknown>>
  const kind = target['kind']
  if (typeof kind !== 'string' || !Object.hasOwn(NAMES, kind)) return undefined
  const named = NAMES[kind as EndTarget['kind']].every((name) => isText(target[name]))
  const dated = kind !== 'token' || typeof target['exp'] === 'number'
  return named && dated ? (target as unknown as EndTarget) : undefined
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== ''
}

function isPlace(value: unknown): value is AuditedPlace {
  const { partition, offset, digest } = (value ?? {}) as Partial<AuditedPlace>
  return typeof partition === 'number' && typeof offset === 'number' && typeof digest === 'string'
}
